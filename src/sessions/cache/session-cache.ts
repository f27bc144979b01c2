import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import type { JsonText } from '../../http/json-text.js';
import type { Identity } from '../session.js';

/** A session with its user. `answer` is the body of get-session, after the first client asked for it. */
export interface StoredSession extends Identity {
  answer?: JsonText | undefined;
  /** True if the session was read since the cache last searched for one to remove. */
  isUsed?: boolean;
}

/** Characters of text in one session with its user. A longer one is read from the database each time. */
const LARGEST = 4096;

/** The ids of what a statement changed. */
interface Change {
  readonly kind: 'sessions' | 'users';
  readonly ids: readonly string[];
}

/**
 * Sessions as they were when the database was read. A full cache removes a session that was not used recently, by the
 * clock algorithm (second chance), because setting a mark at each use costs less than moving the session in a queue. The
 * cache does not know whether its sessions are still correct. The caller must ask `ChangeListener` first.
 */
@Injectable()
export class SessionCache {
  hits = 0;
  misses = 0;
  /** Sessions dropped because they or their user changed. */
  invalidations = 0;
  private readonly capacity: number;
  private readonly byToken = new Map<string, StoredSession>();
  private readonly tokens = new Map<string, string>();
  private readonly tokensOfUsers = new Map<string, Set<string>>();
  private changes = 0;
  private isOpen = false;

  constructor(@Inject(CONFIG) { sessionCache }: Config) {
    this.capacity = sessionCache.size;
  }

  get size(): number {
    return this.byToken.size;
  }

  get(token: string): StoredSession | undefined {
    const stored = this.byToken.get(token);
    if (stored) stored.isUsed = true;
    return stored;
  }

  getById(id: string): StoredSession | undefined {
    const token = this.tokens.get(id);
    return token === undefined ? undefined : this.get(token);
  }

  /**
   * Call this before reading the database, and the returned function with the result. That function stores the result,
   * unless something changed in between, because the result may then be older than the change.
   */
  beginRead(): (stored: StoredSession) => void {
    const { changes } = this;
    return (stored) => {
      if (this.isOpen && this.changes === changes) this.keep(stored);
    };
  }

  /**
   * @param payload the JSON that the triggers of the migration `NotifySessionChanges` send. Every role of the database may
   * send any text, so this never throws. A text of another form may hide any change, so the cache then forgets everything.
   */
  drop(payload: string): void {
    this.changes += 1;
    const change = parse(payload);
    if (!change) return this.clear();
    for (const id of change.ids) {
      if (change.kind === 'sessions') this.remove(this.tokens.get(id));
      else for (const token of this.tokensOfUsers.get(id) ?? []) this.remove(token);
    }
  }

  /** Call this when the connection reports every change from now on. */
  open(): void {
    this.close();
    this.isOpen = true;
  }

  close(): void {
    this.isOpen = false;
    this.changes += 1;
    this.clear();
  }

  private keep(stored: StoredSession): void {
    const { token, id, userId } = stored.session;
    this.evict(token);
    if (sizeOf(stored) > LARGEST) return;
    if (this.byToken.size >= this.capacity) this.makeRoom();
    this.byToken.set(token, stored);
    this.tokens.set(id, token);
    const tokens = this.tokensOfUsers.get(userId);
    if (tokens) tokens.add(token);
    else this.tokensOfUsers.set(userId, new Set([token]));
  }

  private makeRoom(): void {
    for (const [token, stored] of this.byToken) {
      if (!stored.isUsed) return void this.evict(token);
      stored.isUsed = false;
      this.byToken.delete(token);
      this.byToken.set(token, stored);
    }
  }

  private remove(token: string | undefined): void {
    if (this.evict(token)) this.invalidations += 1;
  }

  private evict(token: string | undefined): boolean {
    const stored = token === undefined ? undefined : this.byToken.get(token);
    if (!stored) return false;
    const { session } = stored;
    this.byToken.delete(session.token);
    this.tokens.delete(session.id);
    const tokens = this.tokensOfUsers.get(session.userId);
    tokens?.delete(session.token);
    if (tokens?.size === 0) this.tokensOfUsers.delete(session.userId);
    return true;
  }

  private clear(): void {
    this.invalidations += this.byToken.size;
    this.byToken.clear();
    this.tokens.clear();
    this.tokensOfUsers.clear();
  }
}

/** The text in a session and its user, including configured fields. */
function sizeOf({ session, user }: StoredSession): number {
  let size = 0;
  for (const value of [...Object.values(session), ...Object.values(user)] as unknown[]) {
    if (typeof value === 'string') size += value.length;
    else if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
      for (const inner of Object.values(value)) size += typeof inner === 'string' ? inner.length : 8;
    }
  }
  return size;
}

/** @returns undefined if the text is not exactly one list of ids. The triggers send an empty text if they name no ids. */
function parse(payload: string): Change | undefined {
  const change = parseJson(payload);
  if (typeof change !== 'object' || change === null) return undefined;
  const [entry, ...others] = Object.entries(change);
  if (!entry || others.length > 0) return undefined;
  const [kind, ids] = entry as [string, unknown];
  if ((kind !== 'sessions' && kind !== 'users') || !isListOfTexts(ids)) return undefined;
  return { kind, ids };
}

function isListOfTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((id) => typeof id === 'string');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
