import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { badRequest, badRequestWithoutCode } from '../../errors/auth-error.js';
import { Email, Text } from '../../http/fields.js';
import { SessionCookieWriter } from '../../http/session-cookie-writer.js';
import { UsersStore } from '../../users/users.store.js';
import { EmailLinks } from '../email-links.js';
import type { AuthContext } from '../../sessions/auth-context.js';

export class ChangeEmailBody {
  @Email({ example: 'ada.king@example.com' })
  newEmail!: string;

  @Text({ optional: true, description: 'Where the mailed link leads' })
  callbackURL?: string;
}

const DONE = { status: true } as const;

/** Another e-mail for the user, once its owner has followed a link (protocol.md §1.18). */
@Injectable()
export class ChangeEmail {
  constructor(
    private readonly users: UsersStore,
    private readonly links: EmailLinks,
    private readonly cookies: SessionCookieWriter,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * In the order of protocol.md §1.18. An address that is taken is answered like one that is free.
   * @throws {AuthError} 400 `CHANGE_EMAIL_DISABLED`, 400 without code when nothing would change or no mail can be sent.
   */
  async execute(
    current: AuthContext,
    body: ChangeEmailBody,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<typeof DONE> {
    const { enabled, updateEmailWithoutVerification, sendChangeEmailConfirmation } =
      this.config.user.changeEmail;
    if (!enabled) throw badRequest('CHANGE_EMAIL_DISABLED');
    const { user } = current;
    const newEmail = body.newEmail.toLowerCase();
    if (newEmail === user.email) throw badRequestWithoutCode('Email is the same');
    const atOnce = !user.emailVerified && updateEmailWithoutVerification;
    if (!atOnce && !this.links.enabled) throw badRequestWithoutCode("Verification email isn't enabled");
    if (await this.users.isEmailTaken(newEmail)) return DONE;
    const link = { user, newEmail, callbackURL: body.callbackURL, request };
    if (atOnce) await this.changeAtOnce(current, newEmail, body.callbackURL, request, reply);
    else if (user.emailVerified && sendChangeEmailConfirmation) await this.links.confirmChange(link);
    else await this.links.verifyChange(link);
    return DONE;
  }

  /** For somebody whose present address is unproven as well. */
  private async changeAtOnce(
    current: AuthContext,
    newEmail: string,
    callbackURL: string | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const user = await this.users.changeEmail(current.user, newEmail);
    if (!user) return;
    if (current.credential !== 'jwt') {
      await this.cookies.signIn(request, reply, { session: current.session, user }, current.remember);
    }
    if (this.links.enabled) await this.links.verify({ user, callbackURL, request });
  }
}
