import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { isRefusedValue } from '../../database/refused-value.js';
import { AuthError, badRequest, unprocessable } from '../../errors/auth-error.js';
import { parseAdditionalInput } from '../../additional-fields/additional-input.js';
import type { Client } from '../../http/client.js';
import { LENGTHS, Email, Flag, Text } from '../../http/fields.js';
import { Logger } from '../../logging/logger.js';
import type { User } from '../../users/user.js';
import { UsersStore, type NewUser } from '../../users/users.store.js';
import { AccountCallbacks } from '../account-callbacks.js';
import { NewAccount, type SignedUp } from '../new-account.js';
import { Passwords } from '../passwords.js';
import { syntheticUser } from '../synthetic-user.js';
import { lowerCaseAddress } from '../../network/lower-case-address.js';

/** The fields of every sign-up with a password. The class keeps other fields too, because some may be configured. */
export class NewUserBody {
  static readonly shapes = ['object', 'record'];
  static readonly keepsRest = true;

  readonly rest: Readonly<Record<string, unknown>> = {};

  @Text({ maxLength: LENGTHS.name, example: 'Ada Lovelace' })
  name!: string;

  @Email({ example: 'ada@example.com' })
  email!: string;

  @Text({ minLength: 1, format: 'password', example: 'correct horse battery' })
  password!: string;
}

export class SignUpEmailBody extends NewUserBody {
  @Text({ optional: true, maxLength: LENGTHS.image, example: 'https://example.com/ada.png' })
  image?: string;

  @Text({ optional: true, description: 'Where the link of the verification mail leads' })
  callbackURL?: string;

  @Flag({ optional: true, description: 'false: the session ends with the browser' })
  rememberMe?: boolean;
}

export const signUpErrors = {
  400: ['EMAIL_PASSWORD_SIGN_UP_DISABLED', 'PASSWORD_TOO_SHORT', 'PASSWORD_TOO_LONG', 'PASSWORD_COMPROMISED'],
  422: ['USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL', 'FAILED_TO_CREATE_USER'],
  503: ['SERVICE_UNAVAILABLE'],
} as const;

/**
 * Creates a user with a password, and signs the user in unless configured otherwise
 * (src/accounts/protocol.md, "sign-up/email").
 */
@Injectable()
export class SignUpEmail {
  constructor(
    private readonly users: UsersStore,
    private readonly passwords: Passwords,
    private readonly newAccount: NewAccount,
    private readonly callbacks: AccountCallbacks,
    private readonly logger: Logger,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Checks in the order of src/accounts/protocol.md, "sign-up/email".
   * @throws {AuthError} 400 if sign-up is off or the password's length is not allowed; 422 if the e-mail is taken.
   */
  async execute(body: SignUpEmailBody, client: Client): Promise<SignedUp> {
    const { enabled, disableSignUp } = this.config.emailAndPassword;
    if (!enabled || disableSignUp) throw badRequest('EMAIL_PASSWORD_SIGN_UP_DISABLED');
    this.passwords.requireAllowedLength(body.password);
    const additional = parseAdditionalInput(this.config.user.additionalFields, body.rest, 'create');
    const newUser = {
      name: body.name,
      email: lowerCaseAddress(body.email),
      image: body.image ?? null,
      additional,
    };
    const taken = await this.users.isEmailTaken(newUser.email);
    if (taken && this.newAccount.signsIn) throw unprocessable('USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL');
    const hash = await this.passwords.hash(body.password, newUser, client);
    try {
      // Asked for an e-mail that is taken too, so that the time of the answer does not tell it.
      const isAdmitted = await this.isAdmitted(newUser);
      // Answer as for a free e-mail, because a sign-up that does not sign in must not reveal who has an account.
      if (taken || !isAdmitted) return await this.pretend(newUser, hash);
      const { callbackURL, rememberMe } = body;
      return await this.newAccount.create(newUser, hash, {
        callbackURL,
        remember: rememberMe !== false,
        client,
      });
    } catch (error) {
      // Another sign-up took the e-mail a moment ago, or PostgreSQL cannot store a value.
      if (isRefusedValue(error)) throw unprocessable('FAILED_TO_CREATE_USER');
      throw error;
    }
  }

  /**
   * @returns false if a feature refuses the user and the answer must not tell it, because that would also tell that the
   * e-mail is free.
   * @throws {AuthError} what a feature answers.
   */
  private async isAdmitted({ additional, image, ...core }: NewUser): Promise<boolean> {
    try {
      await this.callbacks.admit({
        action: 'create-user',
        user: { ...core, image: image ?? undefined, ...additional, emailVerified: false },
      });
      return true;
    } catch (error) {
      if (error instanceof AuthError && error.status === 403 && !this.newAccount.signsIn) return false;
      throw error;
    }
  }

  private async pretend(newUser: NewUser, hash: string): Promise<SignedUp> {
    const answer = await this.newAccount.pretend(newUser, hash);
    const user = this.synthetic(answer.user, newUser);
    const moment = 'onExistingUserSignUp';
    const owner = this.callbacks.has(moment) ? await this.users.findByEmail(newUser.email) : undefined;
    if (owner) await this.callbacks.call(moment, owner);
    return { ...answer, user };
  }

  /** If the function of the module fails, the answer is as without it, because an error would tell that the e-mail is taken. */
  private synthetic(user: User, { additional }: NewUser): User {
    try {
      return syntheticUser(user, additional, this.config);
    } catch (error) {
      this.logger.fault(error);
      return user;
    }
  }
}
