import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import { badRequest } from '../../errors/auth-error.js';
import { Email, Text } from '../../http/fields.js';
import { SessionResolver } from '../../sessions/session-resolver.js';
import { UsersStore } from '../../users/users.store.js';
import { EmailLinks } from '../email-links.js';

export class SendVerificationEmailBody {
  @Email({ example: 'ada@example.com' })
  email!: string;

  @Text({ optional: true, description: 'Where the mailed link leads' })
  callbackURL?: string;
}

/** Milliseconds that an answer to somebody unknown takes, so that its time does not tell who has an account. */
const FLOOR = 500;

/** Mails the link that verifies an address (protocol.md §1.25). */
@Injectable()
export class SendVerificationEmail {
  constructor(
    private readonly resolver: SessionResolver,
    private readonly users: UsersStore,
    private readonly links: EmailLinks,
  ) {}

  /** @throws {AuthError} 400 `VERIFICATION_EMAIL_NOT_ENABLED`; signed in also `EMAIL_MISMATCH`, `EMAIL_ALREADY_VERIFIED`. */
  async execute(
    body: SendVerificationEmailBody,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<{ status: true }> {
    if (!this.links.enabled) throw badRequest('VERIFICATION_EMAIL_NOT_ENABLED');
    const auth = await this.resolver.resolve(request, reply);
    if (!auth) {
      await Promise.all([this.sendToUnverified(body, request), sleep(FLOOR)]);
      return { status: true };
    }
    const { user } = auth;
    if (user.email.toLowerCase() !== body.email.toLowerCase()) throw badRequest('EMAIL_MISMATCH');
    if (user.emailVerified) throw badRequest('EMAIL_ALREADY_VERIFIED');
    await this.links.verify({ user, callbackURL: body.callbackURL, request });
    return { status: true };
  }

  private async sendToUnverified(
    { email, callbackURL }: SendVerificationEmailBody,
    request: FastifyRequest,
  ): Promise<void> {
    const user = await this.users.findByEmail(email);
    if (user && !user.emailVerified) await this.links.verify({ user, callbackURL, request });
  }
}
