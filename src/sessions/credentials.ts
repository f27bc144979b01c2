import { Injectable } from '@nestjs/common';
import type { Client } from '../http/client.js';
import type { SessionKey } from './cache/session-reader.js';

/** What a request shows to prove who sends it. */
export interface ShownCredentials {
  /** The header `Authorization` as it was sent. */
  readonly authorization: string | undefined;
  /** Cookies by name, still URL-encoded. */
  readonly cookies: ReadonlyMap<string, string>;
  readonly client: Client;
}

/** The session that a credential names. Nobody has looked yet whether the session exists. */
export interface NamedSession {
  readonly key: SessionKey;
  /** If the credential names a user too, the session must belong to that user. */
  readonly userId?: string;
  /** Whether the client keeps this session in cookies: `starts` if its first cookies come with this answer. */
  readonly cookies: 'keeps' | 'starts' | 'none';
  /** Index of the secret that signed the session token. Above 0, the secret has since been replaced. */
  readonly secretIndex: number;
}

/** Reads one kind of credential. */
export interface CredentialReader {
  /** @returns undefined if the request shows no such credential, or one that is worth nothing. */
  read(shown: ShownCredentials): NamedSession | undefined | Promise<NamedSession | undefined>;
}

/**
 * The kinds of credentials besides the signed cookie, in the order in which they are read. A feature adds its own when its
 * module starts.
 */
@Injectable()
export class Credentials {
  private readonly readers: CredentialReader[] = [];

  add(reader: CredentialReader): void {
    this.readers.push(reader);
  }

  /** The first credential that names a session. */
  async read(shown: ShownCredentials): Promise<NamedSession | undefined> {
    for (const reader of this.readers) {
      const named = await reader.read(shown);
      if (named) return named;
    }
    return undefined;
  }
}
