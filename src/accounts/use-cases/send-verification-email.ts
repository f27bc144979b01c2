import { Injectable } from '@nestjs/common';
import { atLeast } from '../../concurrency/at-least.js';
import { badRequest } from '../../errors/auth-error.js';
import type { Client } from '../../http/client.js';
import { Email, Text } from '../../http/fields.js';
import type { RequestedSession } from '../../sessions/requested-session.js';
import { UsersStore } from '../../users/users.store.js';
import { EmailLinks } from '../email-links.js';
import { lowerCaseAddress } from '../../network/lower-case-address.js';

export class SendVerificationEmailBody {
  @Email({ example: 'ada@example.com' })
  email!: string;

  @Text({ optional: true, description: 'Where the mailed link leads' })
  callbackURL?: string;
}

/** Milliseconds. The least time of an answer without a session, so that its time does not reveal who has an account. */
const FLOOR = 500;

/** Mails the link that verifies an address (src/accounts/protocol.md, "send-verification-email"). */
@Injectable()
export class SendVerificationEmail {
  constructor(
    private readonly users: UsersStore,
    private readonly links: EmailLinks,
  ) {}

  /** @throws {AuthError} 400 `VERIFICATION_EMAIL_NOT_ENABLED`; with a session `EMAIL_MISMATCH`, `EMAIL_ALREADY_VERIFIED`. */
  async execute(
    body: SendVerificationEmailBody,
    { language }: Client,
    requested: RequestedSession,
  ): Promise<void> {
    if (!this.links.enabled) throw badRequest('VERIFICATION_EMAIL_NOT_ENABLED');
    const auth = await requested.resolve();
    if (!auth) {
      await atLeast(FLOOR, this.sendToUnverified(body, language));
      return;
    }
    const { user } = auth;
    if (lowerCaseAddress(user.email) !== lowerCaseAddress(body.email)) throw badRequest('EMAIL_MISMATCH');
    if (user.emailVerified) throw badRequest('EMAIL_ALREADY_VERIFIED');
    await this.links.verify({ user, callbackURL: body.callbackURL, language });
  }

  private async sendToUnverified(
    { email, callbackURL }: SendVerificationEmailBody,
    language: string | undefined,
  ): Promise<void> {
    const user = await this.users.findByEmail(email);
    if (user && !user.emailVerified) await this.links.verify({ user, callbackURL, language });
  }
}
