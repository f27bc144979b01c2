import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { badRequest, forbidden, unauthorized } from '../../errors/auth-error.js';
import type { Client } from '../../http/client.js';
import { isEmailAddress } from '../../http/email-address.js';
import { Flag, Text } from '../../http/fields.js';
import type { SignedIn } from '../../sessions/signed-in.js';
import { SignInMetrics, type SignInAttempt } from '../../sessions/sign-in-metrics.js';
import { CreateSession } from '../../sessions/use-cases/create-session.js';
import { AccountsStore, type Credentials, type StoredPassword } from '../accounts.store.js';
import { EmailLinks, type LinkRequest } from '../email-links.js';
import { PasswordProof } from '../password-proof.js';
import { PasswordCheck } from '../password-check.js';
import type { User } from '../../users/user.js';

export class EmailAndPassword {
  @Text({ example: 'ada@example.com' })
  email!: string;

  @Text({ format: 'password', example: 'correct horse battery' })
  password!: string;
}

export class SignInEmailBody extends EmailAndPassword {
  @Text({ optional: true, description: 'The answer repeats it as `url` and in the header `Location`' })
  callbackURL?: string;

  @Flag({ optional: true, description: 'false: the session ends with the browser' })
  rememberMe?: boolean;
}

export const signInErrors = {
  400: ['EMAIL_PASSWORD_DISABLED', 'INVALID_EMAIL', 'PASSWORD_TOO_LONG'],
  401: ['INVALID_EMAIL_OR_PASSWORD'],
  403: ['EMAIL_NOT_VERIFIED', 'BANNED_USER'],
  503: ['SERVICE_UNAVAILABLE'],
} as const;

/** Signs in with e-mail and password (src/accounts/protocol.md, "sign-in/email"). */
@Injectable()
export class SignInEmail {
  constructor(
    private readonly accounts: AccountsStore,
    private readonly proof: PasswordProof,
    private readonly check: PasswordCheck,
    private readonly createSession: CreateSession,
    private readonly links: EmailLinks,
    private readonly signIns: SignInMetrics,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Checks in the order of src/accounts/protocol.md, "sign-in/email".
   * @throws {AuthError} 401 `INVALID_EMAIL_OR_PASSWORD`, the same for an unknown user and a wrong password; 403
   * `EMAIL_NOT_VERIFIED` and `BANNED_USER` only if the password was right.
   */
  execute(body: SignInEmailBody, client: Client): Promise<SignedIn> {
    const attempt: SignInAttempt = { method: 'email', client };
    return this.signIns.counting(attempt, () => this.signIn(body, attempt));
  }

  private async signIn(body: SignInEmailBody, attempt: SignInAttempt): Promise<SignedIn> {
    const { client } = attempt;
    const { email, password, callbackURL } = body;
    const remember = body.rememberMe !== false;
    if (!this.config.emailAndPassword.enabled) throw badRequest('EMAIL_PASSWORD_DISABLED');
    if (!isEmailAddress(email)) throw badRequest('INVALID_EMAIL');
    this.check.requireNotTooLong(password);
    const found = await this.accounts.findCredentials(email);
    attempt.userId = found[0]?.user.id;
    const credentials = await this.matching(found, body, client);
    if (!credentials) throw unauthorized('INVALID_EMAIL_OR_PASSWORD');
    const { user } = credentials;
    await this.requireVerifiedEmail(user, { callbackURL, language: client.language });
    const candidate = { userId: user.id, client, remember };
    const proven = await this.proof.act(
      credentials,
      { password, client },
      {
        changesAccount: false,
        act: async (manager, hash) => ({
          session: await this.createSession.execute(candidate, manager),
          hash,
        }),
      },
    );
    if (!proven) throw unauthorized('INVALID_EMAIL_OR_PASSWORD');
    const { session, hash } = proven.result;
    // After the session, because the hash of a user who gets no session must not change.
    await this.proof.upgrade({ ...credentials, hash }, { password, client });
    return { user, session, remember };
  }

  private matching(
    found: readonly Credentials[],
    { email, password }: EmailAndPassword,
    client: Client,
  ): Promise<(Credentials & StoredPassword) | undefined> {
    const candidates = found.flatMap(({ user, accountId, password: hash }) =>
      accountId && hash ? [{ user, accountId, password: hash, hash }] : [],
    );
    const attempt = { address: email, owner: candidates[0]?.user, client };
    return this.check.find(attempt, candidates, password);
  }

  private async requireVerifiedEmail(user: User, link: Omit<LinkRequest, 'user'>): Promise<void> {
    if (!this.config.emailAndPassword.requireEmailVerification || user.emailVerified) return;
    if (this.config.emailVerification.sendOnSignIn && this.links.enabled) {
      await this.links.verify({ user, ...link });
    }
    throw forbidden('EMAIL_NOT_VERIFIED');
  }
}
