import { Injectable } from '@nestjs/common';
import type { Client } from '../http/client.js';
import type { Identity } from './session.js';
import type { SessionKey } from './cache/session-reader.js';

/** The parts of a request that can prove who sends it. */
export interface ShownCredentials {
  /** The header `Authorization` as it was sent. */
  readonly authorization: string | undefined;
  /** Cookies by name, still URL-encoded. */
  readonly cookies: ReadonlyMap<string, string>;
  readonly client: Client;
}

/** A JWT that names a session. It is valid for minutes, so its holder must not get the session's token, valid for days. */
export interface PresentedJwt {
  readonly text: string;
  /** Signs a JWT for another session of the same user. */
  issueFor(identity: Identity): Promise<string>;
}

/** The session that a credential names. The session may not exist. */
export interface NamedSession {
  readonly key: SessionKey;
  /** If the credential names a user too, the session must belong to that user. */
  readonly userId?: string;
  /**
   * `keeps` if the client has the session in cookies, `starts` if this answer sets its first cookies, `none` if it has no
   * cookies.
   */
  readonly cookies: 'keeps' | 'starts' | 'none';
  readonly jwt?: PresentedJwt;
  /** Index of the secret that signed the session token. If above 0, that secret has been replaced since. */
  readonly secretIndex: number;
}

/** Reads one kind of credential. */
export interface CredentialReader {
  /** @returns undefined if the request has no valid credential of this kind. */
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

  /** Returns the session that the first valid credential names. */
  async read(shown: ShownCredentials): Promise<NamedSession | undefined> {
    for (const reader of this.readers) {
      const named = await reader.read(shown);
      if (named) return named;
    }
    return undefined;
  }
}
