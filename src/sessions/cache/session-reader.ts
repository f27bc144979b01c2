import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { userFromRow } from '../../users/user-row.js';
import type { IdentityRow } from '../find-session.sql.js';
import { endOf } from '../current/limits.js';
import { sessionFromRow } from '../session-row.js';
import { SessionsStore } from '../sessions.store.js';
import { ChangeListener } from './change-listener.js';
import { SessionCache, type StoredSession } from './session-cache.js';

export interface ReadSession extends StoredSession {
  readonly isBanned?: boolean;
}

/** The column by which a session is read. */
export type SessionKey = { readonly token: string } | { readonly id: string };

/** Reads a session with its user: from the session cache if it may answer, otherwise from the database with one query. */
@Injectable()
export class SessionReader {
  private readonly enabled: boolean;

  constructor(
    private readonly sessions: SessionsStore,
    private readonly cache: SessionCache,
    private readonly changes: ChangeListener,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.enabled = config.sessionCache.enabled;
  }

  /** Also returns sessions that have expired or whose user is banned. */
  async read(key: SessionKey): Promise<ReadSession | undefined> {
    if (!this.enabled) return this.readDatabase(key);
    const cached = this.cached(key);
    if (cached) return cached;
    const keep = this.cache.beginRead();
    const read = await this.readDatabase(key);
    if (read && !read.isBanned) keep(read);
    return read;
  }

  /** True if `read` would return the same object again: it is in the cache, and the cache may answer. */
  stands(stored: StoredSession): boolean {
    if (!this.changes.isCurrent || this.cache.get(stored.session.token) !== stored) return false;
    this.cache.hits += 1;
    return true;
  }

  /** Reads the database even if the session is in the cache. */
  async readDatabase(key: SessionKey): Promise<ReadSession | undefined> {
    const row = await ('token' in key
      ? this.sessions.findByToken(key.token)
      : this.sessions.findById(key.id));
    return row && readSession(row, this.config);
  }

  /** An expired session is read from the database instead, because another request may just have extended it. */
  private cached(key: SessionKey): StoredSession | undefined {
    const stored = this.changes.isCurrent
      ? 'token' in key
        ? this.cache.get(key.token)
        : this.cache.getById(key.id)
      : undefined;
    if (stored && endOf(stored.session, this.config.sessionLimits) > Date.now()) {
      this.cache.hits += 1;
      return stored;
    }
    this.cache.misses += 1;
    return undefined;
  }
}

/** Sets `answer` at once, because V8 gives an object to which a property is added later a hidden class of 250 bytes. */
function readSession(row: IdentityRow, config: Config): ReadSession {
  return {
    isBanned: row.user_is_banned,
    answer: undefined,
    session: sessionFromRow(row, config.session.additionalFields),
    user: userFromRow(row, config.user.additionalFields),
  };
}
