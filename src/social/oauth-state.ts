import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { currentSecret, openingSecrets, purposeKeyOf, purposeKeyringOf } from '../config/keyring.js';
import type { DeclaredCookie } from '../cookies/declared-cookie.js';
import { cookieName, type SessionCookieSettings } from '../cookies/session-cookies.js';
import { decodeCookieValue } from '../cookies/decode-cookie-value.js';
import { openSignedValue, signValue } from '../cookies/signed-value.js';
import { badRequest } from '../errors/auth-error.js';
import { encrypt, tryDecrypt } from '../crypto/symmetric-encryption.js';
import { cookieSettings } from '../config/cookie-settings.js';
import { verificationIdentifier } from '../verifications/verification-identifier.js';
import { VerificationsStore } from '../verifications/verifications.store.js';
import { parseStateData, type OAuthStateData } from './oauth-state-data.js';
import { ProviderRefusal, type RefusalCode } from './provider-refusal.js';
import { OAUTH_STATE, STATE } from './state-cookies.js';

/** Characters. Browsers drop a cookie of more than 4096 with its name and attributes. */
const LONGEST_COOKIE = 3800;
/** Seconds for which a state is valid. */
const LIFE = 600;

/** The cookie with the browser's half of a state. */
export interface StateToKeep {
  readonly cookie: DeclaredCookie;
  readonly value: string;
}

/** Ends a callback because of its state. */
export class StateRefusal extends ProviderRefusal {
  constructor(
    code: RefusalCode,
    reason: string,
    /** The error page that the sign-in named. Undefined if the state could not be read. */
    readonly errorURL?: string,
    /** True if the state cannot be used any more, so that its cookie is deleted. */
    readonly isSpent = false,
  ) {
    super(code, reason);
  }
}

/**
 * Remembers a sign-in while the browser is at the provider (src/social/protocol.md, "State"). The data is in
 * the database, with a cookie that identifies the browser, or it is in an encrypted cookie alone.
 */
@Injectable()
export class OAuthState {
  private readonly settings: SessionCookieSettings;
  private readonly inCookie: boolean;
  /** The cookie that holds the browser's half. */
  readonly cookie: DeclaredCookie;

  constructor(
    private readonly verifications: VerificationsStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.settings = cookieSettings(config);
    this.inCookie = config.account.storeStateStrategy === 'cookie';
    this.cookie = this.inCookie ? OAUTH_STATE : STATE;
  }

  /** When a state that is made now expires, in milliseconds since 1970. */
  expiry(): number {
    return Date.now() + LIFE * 1000;
  }

  /** @throws {AuthError} 400 if the browser could not keep the state in a cookie. */
  async store(state: string, data: OAuthStateData): Promise<StateToKeep> {
    const text = JSON.stringify({ ...data, oauthState: state });
    if (this.inCookie) {
      const sealed = encrypt(text, purposeKeyOf(this.config, 'oauth-state-cookie'));
      if (sealed.length > LONGEST_COOKIE) throw badRequest('VALIDATION_ERROR', '[body] Too big for a cookie');
      return { cookie: this.cookie, value: sealed };
    }
    if (!(await this.verifications.add(verificationIdentifier.authState(state), text, LIFE)))
      throw new Error('A hook of a plugin refuses the state of a sign-in at a provider.');
    return { cookie: this.cookie, value: signValue(state, currentSecret(this.config)) };
  }

  /**
   * Works only in the browser that began the sign-in. In the database a state works once: of parallel callbacks one gets
   * the data.
   * @param carried the cookies of the request.
   * @throws {StateRefusal}
   */
  async redeem(state: string, carried: ReadonlyMap<string, string>): Promise<OAuthStateData> {
    const cookie = carried.get(cookieName(this.settings, this.cookie));
    const data = this.inCookie ? this.fromCookie(state, cookie) : await this.fromDatabase(state, cookie);
    if (data.expiresAt < Date.now()) {
      throw new StateRefusal('state_mismatch', 'the state has expired', data.errorURL, true);
    }
    return data;
  }

  private fromCookie(state: string, sealed: string | undefined): OAuthStateData {
    if (!sealed) throw new StateRefusal('state_mismatch', 'the browser sent no state cookie');
    const data = this.open(sealed);
    if (!data) throw new StateRefusal('state_invalid', 'the state cookie cannot be decrypted or read');
    if (data.oauthState !== state) throw foreign(data);
    return data;
  }

  private open(sealed: string): OAuthStateData | undefined {
    const keyring = purposeKeyringOf(this.config, 'oauth-state-cookie');
    const text = tryDecrypt(decodeCookieValue(sealed), keyring);
    return text === undefined ? undefined : parseStateData(text);
  }

  private async fromDatabase(state: string, cookie: string | undefined): Promise<OAuthStateData> {
    const identifier = verificationIdentifier.authState(state);
    const stored = await this.verifications.find(identifier, { alsoExpired: true });
    if (stored === undefined)
      throw new StateRefusal('state_mismatch', 'the state is unknown or was used before');
    const data = parseStateData(stored);
    if (!data) throw new StateRefusal('internal_server_error', 'the stored state cannot be read');
    const isOther = data.oauthState !== undefined && data.oauthState !== state;
    if (isOther || !(this.config.account.skipStateCookieCheck || this.proves(cookie, state))) {
      throw foreign(data);
    }
    const isFirst = (await this.verifications.remove(identifier)) > 0;
    if (!isFirst)
      throw new StateRefusal('state_mismatch', 'a parallel callback has used the state', data.errorURL, true);
    return data;
  }

  private proves(cookie: string | undefined, state: string): boolean {
    return cookie !== undefined && openSignedValue(cookie, openingSecrets(this.config))?.value === state;
  }
}

const foreign = ({ errorURL }: OAuthStateData) =>
  new StateRefusal('state_mismatch', 'the state belongs to another browser', errorURL);
