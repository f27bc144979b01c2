import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import {
  defaultValues,
  returnedValues,
  type AdditionalValues,
} from '../../additional-fields/additional-input.js';
import { readValue, writtenValues } from '../../additional-fields/field-code.js';
import type { AdditionalField } from '../../config/additional-fields.js';
import { Audit } from '../../audit/audit.js';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { randomToken } from '../../crypto/random.js';
import { RowHooks } from '../../database/row-hooks.js';
import { RowIds } from '../../database/row-ids.js';
import { lastEnd } from '../current/limits.js';
import { badRequest } from '../../errors/auth-error.js';
import type { Client } from '../../http/client.js';
import { SessionGates, type SessionCandidate } from '../gates/session-gates.js';
import { NewDeviceNotice } from '../new-device-notice.js';
import type { Session } from '../session.js';
import { SessionsStore } from '../sessions.store.js';

/** Lifetime in seconds of a session that ends when the browser closes. */
const NOT_REMEMBERED = 86_400;

export interface SessionRequest extends SessionCandidate {
  /** When the user proved who they are, if that was before now. */
  readonly signedInAt?: Date;
}

/**
 * Creates every new session. It asks the gates, and then inserts the session in the caller's transaction. Signing in does
 * not end or reuse another session (src/sessions/protocol.md, "Life of a session").
 */
@Injectable()
export class CreateSession {
  constructor(
    private readonly gates: SessionGates,
    private readonly sessions: SessionsStore,
    private readonly newDevice: NewDeviceNotice,
    private readonly ids: RowIds,
    private readonly hooks: RowHooks,
    private readonly audit: Audit,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws {AuthError} the refusal of a gate, for example 403 `BANNED_USER`. */
  async execute(request: SessionRequest, manager: EntityManager): Promise<Session> {
    const refusal = await this.gates.refuse(request, manager);
    if (refusal) throw refusal;
    return this.insert(request, manager);
  }

  /** Like `execute`, but returns undefined if a gate refuses. For requests that succeed without a session too. */
  async unlessRefused(request: SessionRequest, manager: EntityManager): Promise<Session | undefined> {
    return (await this.gates.refuse(request, manager)) ? undefined : this.insert(request, manager);
  }

  /** What follows a new session: the mail about a new device, and the end of the oldest session if there are too many. */
  async follow(
    session: Pick<Session, 'id' | 'userId'>,
    client: Client,
    manager: EntityManager,
  ): Promise<void> {
    await this.newDevice.send(session, client, manager);
    const { maxPerUser } = this.config.sessionLimits;
    if (maxPerUser !== undefined) await this.sessions.deleteOldest(session, maxPerUser, manager);
  }

  private async insert(
    { userId, client, remember, signedInAt }: SessionRequest,
    manager: EntityManager,
  ): Promise<Session> {
    const now = new Date();
    const { sessionLimits } = this.config;
    const life = remember ? this.config.session.expiresIn : NOT_REMEMBERED;
    const createdAt = signedInAt ?? now;
    const session = {
      id: await this.ids.next('sessions'),
      userId,
      token: randomToken(32),
      expiresAt: new Date(Math.min(now.getTime() + life * 1000, lastEnd({ createdAt }, sessionLimits))),
      ipAddress: client.address,
      userAgent: client.userAgent,
      createdAt,
      updatedAt: now,
    };
    const fields = this.config.session.additionalFields;
    const values = writtenValues(fields, await this.throughHooks(session, defaultValues(fields)), 'create');
    await this.audit.describe({ client, session: session.id }, manager);
    await this.sessions.add({ ...session, additional: values }, manager);
    const shown = (field: AdditionalField) => readValue(field, values[field.name]);
    const created = { ...session, additional: returnedValues(fields, shown) };
    await this.follow(created, client, manager);
    if (!this.hooks.none) {
      const all = Object.fromEntries(fields.map((field) => [field.name, shown(field)]));
      await this.hooks.after('session', 'create', { ...session, ...all }, manager);
    }
    return created;
  }

  /** Hooks of features may set configured fields, or refuse the session. */
  private async throughHooks(
    { id: _id, ...session }: Omit<Session, 'additional'>,
    defaults: AdditionalValues,
  ): Promise<AdditionalValues> {
    if (this.hooks.none) return defaults;
    const values = await this.hooks.before('session', 'create', { ...session, ...defaults });
    if (!values) throw badRequest('FAILED_TO_CREATE_SESSION');
    const names = this.config.session.additionalFields.map(({ name }) => name);
    return Object.fromEntries(names.filter((name) => name in values).map((name) => [name, values[name]]));
  }
}
