import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { currentSecret, openingSecrets, purposeKeyOf, purposeKeyringOf } from '../config/keyring.js';
import { cookieName, type SessionCookieSettings, type StateCookie } from '../cookies/session-cookies.js';
import { decodeCookieValue } from '../cookies/decode-cookie-value.js';
import { openSignedValue, signValue } from '../cookies/signed-value.js';
import { encrypt, tryDecrypt } from '../crypto/symmetric-encryption.js';
import { cookieSettings } from '../config/cookie-settings.js';
import { verificationIdentifier } from '../verifications/verification-identifier.js';
import { VerificationsStore } from '../verifications/verifications.store.js';
import { parseStateData, type OAuthStateData } from './oauth-state-data.js';
import { ProviderRefusal, type RefusalCode } from './provider-refusal.js';

/** Seconds. */
const LIFE = 600;

/** The browser's half of a state. */
export interface StateToKeep {
  readonly cookie: StateCookie;
  readonly value: string;
}

/** Ends a callback because of its state. */
export class StateRefusal extends ProviderRefusal {
  constructor(
    code: RefusalCode,
    reason: string,
    /** Where the sign-in wanted errors to go, if the state could be read. */
    readonly errorURL?: string,
    /** True if this callback has used the state up, so that its cookie expires. */
    readonly isSpent = false,
  ) {
    super(code, reason);
  }
}

/**
 * What has to be remembered while somebody is at a provider, in the database with a cookie that proves the browser, or in
 * an encrypted cookie alone (protocol.md §9.1).
 */
@Injectable()
export class OAuthState {
  private readonly settings: SessionCookieSettings;
  private readonly inCookie: boolean;
  /** The cookie that holds the browser's half. */
  readonly cookie: StateCookie;

  constructor(
    private readonly verifications: VerificationsStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.settings = cookieSettings(config);
    this.inCookie = config.account.storeStateStrategy === 'cookie';
    this.cookie = this.inCookie ? 'oauth_state' : 'state';
  }

  /** When a state that is made now is no longer good; milliseconds since 1970. */
  expiry(): number {
    return Date.now() + LIFE * 1000;
  }

  async store(state: string, data: OAuthStateData): Promise<StateToKeep> {
    const text = JSON.stringify({ ...data, oauthState: state });
    if (this.inCookie) {
      const sealed = encrypt(text, purposeKeyOf(this.config, 'oauth-state-cookie'));
      return { cookie: this.cookie, value: sealed };
    }
    await this.verifications.add(verificationIdentifier.authState(state), text, LIFE);
    return { cookie: this.cookie, value: signValue(state, currentSecret(this.config)) };
  }

  /**
   * Good once, and only in the browser that began: of parallel callbacks one gets the data.
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
    if (!sealed) throw new StateRefusal('state_mismatch', 'the browser has no cookie of a sign-in');
    const data = this.open(sealed);
    if (!data) throw new StateRefusal('state_invalid', 'the cookie is not ours or was tampered with');
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
    if (stored === undefined) throw new StateRefusal('state_mismatch', 'nobody was given this state');
    const data = parseStateData(stored);
    if (!data) throw new StateRefusal('internal_server_error', 'what is stored under the state is not ours');
    const isOther = data.oauthState !== undefined && data.oauthState !== state;
    if (isOther || !(this.config.account.skipStateCookieCheck || this.proves(cookie, state))) {
      throw foreign(data);
    }
    const isFirst = (await this.verifications.remove(identifier)) > 0;
    if (!isFirst) throw new StateRefusal('state_mismatch', 'the state has been used', data.errorURL, true);
    return data;
  }

  private proves(cookie: string | undefined, state: string): boolean {
    return cookie !== undefined && openSignedValue(cookie, openingSecrets(this.config))?.value === state;
  }
}

const foreign = ({ errorURL }: OAuthStateData) =>
  new StateRefusal('state_mismatch', 'the state belongs to another browser', errorURL);
