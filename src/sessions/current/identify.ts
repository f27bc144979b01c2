import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { cookieSettings } from '../../config/cookie-settings.js';
import { openingSecrets } from '../../config/keyring.js';
import { cookieName } from '../../cookies/session-cookies.js';
import { SignedValues } from '../../cookies/signed-value.js';
import { Credentials, type NamedSession, type ShownCredentials } from '../credentials.js';
import { openSignedToken } from '../signed-token.js';

/** A session that a request names, with what the cookies of the request say about it. */
export interface IdentifiedSession extends NamedSession {
  /** False if the browser has the cookie `dont_remember`. Then the session ends when the browser closes. */
  readonly remember: boolean;
  /** True if an older secret signed one of the cookies. */
  readonly isSignedByOldSecret: boolean;
}

/** First step: finds which session the request names. */
@Injectable()
export class Identify {
  private readonly tokenCookie: string;
  private readonly markCookie: string;
  private readonly signed: SignedValues;

  constructor(
    private readonly credentials: Credentials,
    @Inject(CONFIG) config: Config,
  ) {
    const settings = cookieSettings(config);
    this.tokenCookie = cookieName(settings, 'session_token');
    this.markCookie = cookieName(settings, 'dont_remember');
    this.signed = new SignedValues(openingSecrets(config));
  }

  /** Reads the credentials of features before the signed cookie. An invalid credential is ignored. */
  async execute(shown: ShownCredentials): Promise<IdentifiedSession | undefined> {
    const named = (await this.credentials.read(shown)) ?? this.inCookie(shown);
    if (!named) return undefined;
    const mark = this.markIn(shown);
    const isSignedByOldSecret = named.secretIndex > 0 || (mark?.secretIndex ?? 0) > 0;
    const { key, userId, cookies, jwt, secretIndex } = named;
    return { key, userId, cookies, jwt, secretIndex, remember: mark === undefined, isSignedByOldSecret };
  }

  remembers(shown: ShownCredentials): boolean {
    return this.markIn(shown) === undefined;
  }

  private inCookie({ cookies }: ShownCredentials): NamedSession | undefined {
    const value = cookies.get(this.tokenCookie);
    return value === undefined ? undefined : openSignedToken(value, this.signed);
  }

  private markIn({ cookies }: ShownCredentials) {
    const mark = cookies.get(this.markCookie);
    return mark === undefined ? undefined : this.signed.open(mark);
  }
}
