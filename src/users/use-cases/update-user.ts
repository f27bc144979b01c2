import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { isRefusedValue } from '../../database/refused-value.js';
import { badRequest, badRequestWithoutCode } from '../../errors/auth-error.js';
import { parseAdditionalInput } from '../../additional-fields/additional-input.js';
import { LENGTHS, Anything } from '../../http/fields.js';
import { typeName } from '../../http/type-name.js';
import { UsersStore, type UserChanges } from '../users.store.js';
import type { User } from '../user.js';

export class UpdateUserBody {
  static readonly shapes = ['record'];
  static readonly keepsRest = true;

  readonly rest: Readonly<Record<string, unknown>> = {};

  @Anything({ optional: true, maxLength: LENGTHS.name, example: 'Ada King' })
  name?: unknown;

  @Anything({
    optional: true,
    maxLength: LENGTHS.image,
    nullable: true,
    example: 'https://example.com/ada.png',
  })
  image?: unknown;

  @Anything({ optional: true, description: 'Refused. Use `change-email` to change the e-mail' })
  email?: unknown;
}

/** Changes name, picture and configured fields (src/users/protocol.md, "update-user"). */
@Injectable()
export class UpdateUser {
  constructor(
    private readonly users: UsersStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws {AuthError} 400 `EMAIL_CAN_NOT_BE_UPDATED`; 400 if there is nothing to change or a value is not text. */
  async execute(current: User, body: UpdateUserBody): Promise<User> {
    if (body.email) throw badRequest('EMAIL_CAN_NOT_BE_UPDATED');
    const { name, image } = body;
    const additional = parseAdditionalInput(this.config.user.additionalFields, body.rest, 'update');
    if (name === undefined && image === undefined && Object.keys(additional).length === 0)
      throw badRequestWithoutCode('No fields to update');
    const changes = {
      ...(name === undefined ? {} : { name: asText('name', name) }),
      ...(image === undefined ? {} : { image: image === null ? null : asText('image', image) }),
      additional,
    };
    return this.update(current, changes);
  }

  private async update(current: User, changes: UserChanges): Promise<User> {
    try {
      const user = await this.users.update(current.id, changes);
      return user ?? { ...current, ...changes, additional: current.additional };
    } catch (error) {
      // The types of configured fields are not checked before, so the database may refuse a value
      // (src/additional-fields/protocol.md, "Input rules").
      if (isRefusedValue(error)) throw badRequest('FAILED_TO_UPDATE_USER');
      throw error;
    }
  }
}

/** Converts numbers and booleans to text, as Better Auth does. Refuses what a text column cannot hold. */
function asText(field: string, value: unknown): string {
  if (typeof value === 'string' && !value.includes('\0')) return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const received = typeof value === 'string' ? 'a NUL character' : typeName(value);
  throw badRequest(
    'VALIDATION_ERROR',
    `[body.${field}] Invalid input: expected string, received ${received}`,
  );
}
