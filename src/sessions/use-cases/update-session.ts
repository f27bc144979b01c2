import { Inject, Injectable } from '@nestjs/common';
import { parseAdditionalInput, type AdditionalValues } from '../../additional-fields/additional-input.js';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { isRefusedValue } from '../../database/refused-value.js';
import { badRequest, badRequestWithoutCode, unauthorized } from '../../errors/auth-error.js';
import { SessionsStore } from '../sessions.store.js';
import type { AuthContext } from '../auth-context.js';
import type { Session } from '../session.js';

/**
 * Accepts the configured fields of sessions. A client cannot set the built-in fields
 * (test/security/advisories.md, "A23").
 */
export class UpdateSessionBody {
  static readonly shapes = ['record'];
  static readonly keepsRest = true;

  readonly rest: Readonly<Record<string, unknown>> = {};
}

/** Changes additional fields of the session (src/sessions/protocol.md, "update-session"). */
@Injectable()
export class UpdateSession {
  constructor(
    private readonly sessions: SessionsStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * @throws {AuthError} 400 if the body has no field to change, or one that a client may not set; 401
   * `FAILED_TO_GET_SESSION` if the session exists only in the session data cookie.
   */
  async execute(current: AuthContext, { rest }: UpdateSessionBody): Promise<Session> {
    const changes = parseAdditionalInput(this.config.session.additionalFields, rest, 'update');
    if (Object.keys(changes).length === 0) throw badRequestWithoutCode('No fields to update');
    const session = await this.update(current.session.token, changes);
    if (!session) throw unauthorized('FAILED_TO_GET_SESSION').endingSession();
    return session;
  }

  private async update(token: string, additional: AdditionalValues): Promise<Session | undefined> {
    try {
      return await this.sessions.update(token, { additional, updatedAt: new Date() });
    } catch (error) {
      // The types of configured fields are checked only by their columns
      // (src/additional-fields/protocol.md, "Input rules").
      if (isRefusedValue(error)) throw badRequest('VALIDATION_ERROR');
      throw error;
    }
  }
}
