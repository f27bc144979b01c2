import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { currentSecret, openingSecrets, purposeKeyOf, purposeKeyringOf } from '../config/keyring.js';
import {
  cookieName,
  expiredStateCookie,
  stateCookie,
  type SessionCookieSettings,
} from '../cookies/session-cookies.js';
import { decodeCookieValue } from '../cookies/decode-cookie-value.js';
import { openSignedValue, signValue } from '../cookies/signed-value.js';
import { decrypt, encrypt } from '../crypto/symmetric-encryption.js';
import { cookieSettings } from '../config/cookie-settings.js';
import { cookiesOf } from '../http/request-cookies.js';
import { expireCookies, setCookies } from '../http/set-cookies.js';
import { verificationIdentifier } from '../verifications/verification-identifier.js';
import { VerificationsStore } from '../verifications/verifications.store.js';
import { readState, type OAuthStateData } from './oauth-state-data.js';
import { ProviderRefusal, type RefusalCode } from './provider-refusal.js';

/** Seconds. */
const LIFE = 600;

/** A state that does not bring anybody on; where it could be read, it says where its flow wanted errors to go. */
export class StateRefusal extends ProviderRefusal {
  constructor(
    code: RefusalCode,
    reason: string,
    readonly errorURL?: string,
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

  constructor(
    private readonly verifications: VerificationsStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.settings = cookieSettings(config);
    this.inCookie = config.account.storeStateStrategy === 'cookie';
  }

  /** When a state that is made now is no longer good; milliseconds since 1970. */
  expiry(): number {
    return Date.now() + LIFE * 1000;
  }

  async store(state: string, data: OAuthStateData, reply: FastifyReply): Promise<void> {
    const text = JSON.stringify({ ...data, oauthState: state });
    if (this.inCookie) {
      const sealed = encrypt(text, purposeKeyOf(this.config, 'oauth-state-cookie'));
      setCookies(reply, [stateCookie(this.settings, 'oauth_state', sealed)]);
      return;
    }
    const signed = signValue(state, currentSecret(this.config));
    setCookies(reply, [stateCookie(this.settings, 'state', signed)]);
    await this.verifications.add(verificationIdentifier.authState(state), text, LIFE);
  }

  /**
   * Good once, and only in the browser that began: of parallel callbacks one gets the data.
   * @throws {StateRefusal}
   */
  async redeem(state: string, request: FastifyRequest, reply: FastifyReply): Promise<OAuthStateData> {
    const data = this.inCookie
      ? this.fromCookie(state, request, reply)
      : await this.fromDatabase(state, request, reply);
    if (data.expiresAt < Date.now()) {
      throw new StateRefusal('state_mismatch', 'the state has expired', data.errorURL);
    }
    return data;
  }

  private fromCookie(state: string, request: FastifyRequest, reply: FastifyReply): OAuthStateData {
    const sealed = cookiesOf(request).get(cookieName(this.settings, 'oauth_state'));
    if (!sealed) throw new StateRefusal('state_mismatch', 'the browser has no cookie of a sign-in');
    const data = this.open(sealed);
    if (!data) throw new StateRefusal('state_invalid', 'the cookie is not ours or was tampered with');
    if (data.oauthState !== state) throw foreign(data);
    expireCookies(reply, [expiredStateCookie(this.settings, 'oauth_state')]);
    return data;
  }

  private open(sealed: string): OAuthStateData | undefined {
    try {
      return readState(
        decrypt(decodeCookieValue(sealed), purposeKeyringOf(this.config, 'oauth-state-cookie')),
      );
    } catch {
      return undefined;
    }
  }

  private async fromDatabase(
    state: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<OAuthStateData> {
    const identifier = verificationIdentifier.authState(state);
    const stored = await this.verifications.find(identifier, { alsoExpired: true });
    if (stored === undefined) throw new StateRefusal('state_mismatch', 'nobody was given this state');
    const data = readState(stored);
    if (!data) throw new StateRefusal('internal_server_error', 'what is stored under the state is not ours');
    const isOther = data.oauthState !== undefined && data.oauthState !== state;
    if (isOther || !(this.config.account.skipStateCookieCheck || this.holds(request, state))) {
      throw foreign(data);
    }
    expireCookies(reply, [expiredStateCookie(this.settings, 'state')]);
    const isFirst = (await this.verifications.remove(identifier)) > 0;
    if (!isFirst) throw new StateRefusal('state_mismatch', 'the state has been used', data.errorURL);
    return data;
  }

  private holds(request: FastifyRequest, state: string): boolean {
    const cookie = cookiesOf(request).get(cookieName(this.settings, 'state'));
    return cookie !== undefined && openSignedValue(cookie, openingSecrets(this.config))?.value === state;
  }
}

const foreign = ({ errorURL }: OAuthStateData) =>
  new StateRefusal('state_mismatch', 'the state belongs to another browser', errorURL);
