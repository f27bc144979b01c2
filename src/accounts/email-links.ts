import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { BASE_PATH, type Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { currentSecret } from '../config/keyring.js';
import { signEmailToken, type EmailTokenClaims } from '../crypto/email-token.js';
import { encodeParameter } from '../http/encode-parameter.js';
import { Mailer } from '../mail/mailer.js';
import type { User } from '../users/user.js';

/** For whom a link is made, and where it leads. */
export interface LinkRequest {
  readonly user: Pick<User, 'id' | 'name' | 'email'>;
  /** Where the link leads on success. Undefined means `/`. */
  readonly callbackURL: string | undefined;
  /** The language of the mail: the header `Accept-Language` as the client sent it. */
  readonly language: string | undefined;
}

interface NewAddress {
  /** In lower case. */
  readonly newEmail: string;
}

/**
 * Mails the links that lead to `verify-email`
 * (src/accounts/protocol.md, "verify-email"; src/crypto/protocol.md, "E-mail tokens").
 */
@Injectable()
export class EmailLinks {
  private readonly secret: string;

  constructor(
    private readonly mailer: Mailer,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.secret = currentSecret(config);
  }

  get enabled(): boolean {
    return this.mailer.delivers('verify-email');
  }

  /** Mails a link that verifies the user's current address. */
  async verify(link: LinkRequest, manager?: EntityManager): Promise<void> {
    const { id: userId, email } = link.user;
    await this.send('verify-email', email, link, { email, userId }, manager);
  }

  /** Asks the current address to confirm that the user wants the change. */
  async confirmChange(link: LinkRequest & NewAddress): Promise<void> {
    const { id: userId, email } = link.user;
    const claims = { email, updateTo: link.newEmail, requestType: 'change-email-confirmation', userId };
    await this.send('change-email-confirmation', email, link, claims);
  }

  /** Mails the new address a link that completes the change. */
  async verifyChange(link: LinkRequest & NewAddress): Promise<void> {
    const { newEmail, ...own } = link;
    const { id: userId, email } = link.user;
    const claims = { email, updateTo: newEmail, requestType: 'change-email-verification', userId };
    await this.send('verify-email', newEmail, own, claims);
  }

  private async send(
    kind: 'verify-email' | 'change-email-confirmation',
    to: string,
    { user, callbackURL, language, newEmail }: LinkRequest & Partial<NewAddress>,
    claims: EmailTokenClaims,
    manager?: EntityManager,
  ): Promise<void> {
    const token = signEmailToken(claims, this.secret, this.config.emailVerification.expiresIn);
    const target = encodeParameter(callbackURL || '/');
    const url = `${this.config.origin}${BASE_PATH}/verify-email?token=${token}&callbackURL=${target}`;
    const values = { name: user.name, url, token, userId: user.id, newEmail };
    await this.mailer.send({ kind, to, language, values }, manager);
  }
}
