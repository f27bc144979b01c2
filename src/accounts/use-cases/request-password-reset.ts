import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BASE_PATH, type Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { randomToken } from '../../crypto/random.js';
import { atLeast } from '../../concurrency/at-least.js';
import { badRequest } from '../../errors/auth-error.js';
import type { Client } from '../../http/client.js';
import { encodeParameter } from '../../http/encode-parameter.js';
import { Email, Text } from '../../http/fields.js';
import { Mailer } from '../../mail/mailer.js';
import { UsersStore } from '../../users/users.store.js';
import { verificationIdentifier } from '../../verifications/verification-identifier.js';
import { VerificationsStore } from '../../verifications/verifications.store.js';
import type { User } from '../../users/user.js';

export class RequestPasswordResetBody {
  @Email({ example: 'ada@example.com' })
  email!: string;

  @Text({
    optional: true,
    description: 'The page of the front end that asks for the new password; it gets `?token=` or `?error=`',
  })
  redirectTo?: string;
}

/** The answer is the same for known and unknown e-mails. */
const ANSWER = {
  status: true,
  message: 'If this email exists in our system, check your email for the reset link',
} as const;

/** Milliseconds. The least time of an answer, so that its time does not reveal who has an account. */
const FLOOR = 200;

/** Mails a link to set a new password (src/accounts/protocol.md, "request-password-reset"). */
@Injectable()
export class RequestPasswordReset {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly users: UsersStore,
    private readonly verifications: VerificationsStore,
    private readonly mailer: Mailer,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws {AuthError} 400 `RESET_PASSWORD_DISABLED` if no mail can be sent. */
  async execute(body: RequestPasswordResetBody, { language }: Client): Promise<typeof ANSWER> {
    if (!this.mailer.delivers('reset-password')) throw badRequest('RESET_PASSWORD_DISABLED');
    await atLeast(FLOOR, this.sendToKnown(body, language));
    return ANSWER;
  }

  private async sendToKnown(
    { email, redirectTo }: RequestPasswordResetBody,
    language: string | undefined,
  ): Promise<void> {
    const user = await this.users.findByEmail(email);
    if (user) await this.send(user, redirectTo ?? '', language);
    // A query for a made-up token, so that an unknown e-mail also costs a database access.
    else await this.verifications.find(verificationIdentifier.resetPassword(randomToken(24)));
  }

  private async send(user: User, redirectTo: string, language: string | undefined): Promise<void> {
    const token = randomToken(24);
    const url = `${this.config.origin}${BASE_PATH}/reset-password/${token}?callbackURL=${encodeParameter(redirectTo)}`;
    const mail = {
      kind: 'reset-password',
      to: user.email,
      language,
      values: { name: user.name, url, token, userId: user.id },
    } as const;
    await this.dataSource.transaction(async (manager) => {
      const life = this.config.emailAndPassword.resetPasswordTokenExpiresIn;
      await this.verifications.add(verificationIdentifier.resetPassword(token), user.id, life, manager);
      await this.mailer.send(mail, manager);
    });
  }
}
