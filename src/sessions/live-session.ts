import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { endOf } from './current/limits.js';
import { sessionFromRow } from './session-row.js';
import { SessionsStore } from './sessions.store.js';

/** Finds the user of a session token that does not come from a request. Always reads the database. */
@Injectable()
export class LiveSession {
  constructor(
    private readonly sessions: SessionsStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @returns undefined if the session has ended or its user is banned. */
  async ownerOf(token: string): Promise<string | undefined> {
    const row = await this.sessions.findByToken(token);
    if (!row || row.user_is_banned) return undefined;
    const session = sessionFromRow(row, []);
    return endOf(session, this.config.sessionLimits) > Date.now() ? session.userId : undefined;
  }
}
