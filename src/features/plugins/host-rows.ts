import { Inject, Injectable } from '@nestjs/common';
import type { BetterAuthOptions } from '@better-auth/core';
import { BASE_PATH, type Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { OwnerNotices } from '../../notices/owner-notices.js';
import { SessionGates } from '../../sessions/gates/session-gates.js';
import { CreateSession } from '../../sessions/use-cases/create-session.js';
import { HostDatabase } from './host-database.js';
import { HostPasswords } from './host-passwords.js';
import { hostedCalls } from './hosted-call.js';
import type { Library } from './library.js';

type Hooks = NonNullable<BetterAuthOptions['databaseHooks']>;

const templates = `${import.meta.dirname}/mails`;
const FACTOR_ADDED = 'second-factor-added';
const FACTOR_REMOVED = 'second-factor-removed';
/** A second factor replaces the session that the password has begun, which counted already. */
const REPLACING = `${BASE_PATH}/two-factor/`;
const NOBODY = {
  address: '',
  network: '',
  userAgent: '',
  language: undefined,
  peer: '',
  requestId: '',
  route: '',
  hasLeft: () => false,
};

/** What this server does when the library writes a user or a session for a plugin. */
@Injectable()
export class HostRows {
  /** Requests that switch the second factor of a user on or off. */
  private readonly switching = new WeakMap<object, boolean>();

  constructor(
    @Inject(CONFIG) { plugins }: Config,
    private readonly database: HostDatabase,
    private readonly passwords: HostPasswords,
    private readonly gates: SessionGates,
    private readonly createSession: CreateSession,
    private readonly notices: OwnerNotices,
  ) {
    if (plugins?.plugins.some(({ id }) => id === 'two-factor'))
      notices.add({ name: FACTOR_ADDED, templates }, { name: FACTOR_REMOVED, templates });
  }

  hooks({ APIError }: Library): Hooks {
    return {
      user: {
        update: {
          before: (changes) => this.noteSecondFactor(changes),
          after: (user) => this.tellOfSecondFactor(user),
        },
      },
      session: {
        create: {
          before: async ({ userId }) => {
            const refusal = await this.refusalOf(userId);
            if (refusal) throw new APIError(refusal.status as 403, refusal.body);
            if (!(await this.passwords.isStillRight(userId))) throw new APIError('UNAUTHORIZED');
          },
          after: (session) => this.follow(session),
        },
      },
    };
  }

  private async refusalOf(userId: string) {
    const client = hostedCalls.getStore()?.request.client ?? NOBODY;
    return this.gates.refuse({ userId, client, remember: true }, await this.database.manager());
  }

  /** Only here the library says which fields change. */
  private noteSecondFactor(changes: object): Promise<void> {
    const call = hostedCalls.getStore();
    if (call && 'twoFactorEnabled' in changes) this.switching.set(call, Boolean(changes.twoFactorEnabled));
    return Promise.resolve();
  }

  private async tellOfSecondFactor(user: { name: string; email: string }): Promise<void> {
    const call = hostedCalls.getStore();
    const isOn = call && this.switching.get(call);
    if (!call || isOn === undefined) return;
    this.switching.delete(call);
    const kind = isOn ? FACTOR_ADDED : FACTOR_REMOVED;
    await this.notices.send({ kind, user, client: call.request.client }, await this.database.manager());
  }

  private async follow(session: { id: string; userId: string; impersonatedBy?: unknown }): Promise<void> {
    const call = hostedCalls.getStore();
    // The browser of an administrator who acts as the user is no device of the user.
    if (!call || session.impersonatedBy || call.request.url.startsWith(REPLACING)) return;
    await this.createSession.follow(session, call.request.client, await this.database.manager());
  }
}
