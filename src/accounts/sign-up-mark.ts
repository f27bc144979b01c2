import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { cookieSettings } from '../config/cookie-settings.js';
import type { ContributedCookie } from '../config/contributed-cookie.js';
import { currentSecret, openingSecrets } from '../config/keyring.js';
import type { CookieJar } from '../cookies/cookie-jar.js';
import { cookieName } from '../cookies/session-cookies.js';
import { openSignedValue, signValue } from '../cookies/signed-value.js';
import type { WrittenCookie } from '../http/answer.js';

/** The user who signed up in this browser. A verification link is good for an hour, but a user may ask for another one. */
export const SIGNED_UP: ContributedCookie = { name: 'signed_up', maxAge: 604_800 };

/** Keeps the value from passing for another signed cookie. */
const PURPOSE = 'signed-up:';

/**
 * A signed cookie that names the user who signed up in this browser. It tells that the person who opens the verification
 * link is the one who chose the password, also if signing up starts no session.
 */
@Injectable()
export class SignUpMark {
  private readonly name: string;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    this.name = cookieName(cookieSettings(config), SIGNED_UP);
  }

  /** @param userId also of a user who was not created, because the e-mail is taken: the answer must not reveal that. */
  cookiesFor(userId: string): WrittenCookie[] {
    if (this.config.preRegistration !== 'all') return [];
    return [{ cookie: SIGNED_UP, value: signValue(PURPOSE + userId, currentSecret(this.config)) }];
  }

  names(userId: string, jar: CookieJar): boolean {
    const raw = jar.carried.get(this.name);
    const opened = raw === undefined ? undefined : openSignedValue(raw, openingSecrets(this.config));
    return opened?.value === PURPOSE + userId;
  }
}
