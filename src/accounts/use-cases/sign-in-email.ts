import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { badRequest, forbidden, unauthorized } from '../../errors/auth-error.js';
import type { Client } from '../../http/client.js';
import { isEmailAddress } from '../../http/email-address.js';
import { Flag, Text } from '../../http/fields.js';
import type { SignedIn } from '../../sessions/signed-in.js';
import { SignInMetrics } from '../../sessions/sign-in-metrics.js';
import { CreateSession } from '../../sessions/use-cases/create-session.js';
import { AccountsStore, type Credentials, type StoredPassword } from '../accounts.store.js';
import { EmailLinks, type LinkRequest } from '../email-links.js';
import { PasswordProof } from '../password-proof.js';
import { Passwords } from '../passwords.js';
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

interface VerifiedCredentials extends StoredPassword {
  readonly user: User;
}

/** Signs in with e-mail and password (src/accounts/protocol.md, "sign-in/email"). */
@Injectable()
export class SignInEmail {
  constructor(
    private readonly accounts: AccountsStore,
    private readonly passwords: Passwords,
    private readonly proof: PasswordProof,
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
    return this.signIns.counting('email', () => this.signIn(body, client));
  }

  private async signIn(body: SignInEmailBody, client: Client): Promise<SignedIn> {
    const { email, password, callbackURL } = body;
    const remember = body.rememberMe !== false;
    if (!this.config.emailAndPassword.enabled) throw badRequest('EMAIL_PASSWORD_DISABLED');
    if (!isEmailAddress(email)) throw badRequest('INVALID_EMAIL');
    this.passwords.requireNotTooLong(password);
    const credentials = await this.verified(await this.accounts.findCredentials(email), password);
    if (!credentials) throw unauthorized('INVALID_EMAIL_OR_PASSWORD');
    const { user } = credentials;
    await this.requireVerifiedEmail(user, { callbackURL, language: client.language });
    const candidate = { userId: user.id, client, remember };
    const proven = await this.proof.act(credentials, password, {
      changesAccount: false,
      act: async (manager, hash) => ({ session: await this.createSession.execute(candidate, manager), hash }),
    });
    if (!proven) throw unauthorized('INVALID_EMAIL_OR_PASSWORD');
    const { session, hash } = proven.result;
    // After the session, because the hash of a user who gets no session must not change.
    await this.rehash({ ...credentials, hash }, password);
    return { user, session, remember };
  }

  private async verified(
    candidates: readonly Credentials[],
    password: string,
  ): Promise<VerifiedCredentials | undefined> {
    const withPassword = candidates.flatMap(({ user, accountId, password: hash }) =>
      accountId && hash ? [{ user, accountId, hash }] : [],
    );
    // Hash a dummy password so that an unknown e-mail takes as long as a known one.
    if (withPassword.length === 0) await this.passwords.pretendToVerify(password);
    for (const candidate of withPassword) {
      if (await this.passwords.verify(candidate.hash, password)) return candidate;
    }
    return undefined;
  }

  private async requireVerifiedEmail(user: User, link: Omit<LinkRequest, 'user'>): Promise<void> {
    if (!this.config.emailAndPassword.requireEmailVerification || user.emailVerified) return;
    if (this.config.emailVerification.sendOnSignIn && this.links.enabled) {
      await this.links.verify({ user, ...link });
    }
    throw forbidden('EMAIL_NOT_VERIFIED');
  }

  /**
   * Replaces a hash that has another format than configured, or a lower cost. If the hash queue is full, the next sign-in
   * tries again.
   */
  private async rehash({ accountId, hash: stored }: VerifiedCredentials, password: string): Promise<void> {
    if (!this.passwords.needsRehash(stored, password)) return;
    const hash = await this.passwords.hashUnlessBusy(password);
    if (hash) await this.accounts.rehash(accountId, stored, hash);
  }
}
