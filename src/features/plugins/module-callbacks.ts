import { Inject, Injectable } from '@nestjs/common';
import { AccountCallbacks, type IncomingIdentity } from '../../accounts/account-callbacks.js';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import type { ModuleFunctions } from '../../config/plugins/module-options.js';
import { AuthError } from '../../errors/auth-error.js';
import { Logger } from '../../logging/logger.js';
import type { MailValues } from '../../mail/mail.js';
import { MailKinds } from '../../mail/mail-kinds.js';
import { hostedCalls } from './hosted-call.js';
import { asAnswer } from './thrown-error.js';

/** A user as the library gives it to the functions of a module. */
type LibraryUser = Parameters<
  NonNullable<NonNullable<ModuleFunctions['emailVerification']>['beforeEmailVerification']>
>[0];
export type FindUser = (id: string) => Promise<LibraryUser | null>;
type ValidateUserInfo = (data: object, context: unknown) => unknown;
type Verdict = { readonly error?: string; readonly errorDescription?: string };
type SendLink = (data: object, request: Request) => Promise<void>;
type Call = (user: LibraryUser, request: Request | undefined) => Promise<void>;

/** The function that sends each kind of mail. */
const sendersIn = ({ emailAndPassword, emailVerification, user }: ModuleFunctions) => ({
  'verify-email': emailVerification?.sendVerificationEmail,
  'reset-password': emailAndPassword?.sendResetPassword,
  'change-email-confirmation': user?.changeEmail?.sendChangeEmailConfirmation,
  'delete-account': user?.deleteUser?.sendDeleteAccountVerification,
});

/** The functions that each route of the core calls, besides those that send mails. */
const calledBy = ({ account, emailAndPassword, emailVerification, user }: ModuleFunctions) => ({
  '/reset-password': [emailAndPassword?.onPasswordReset],
  '/verify-email': [emailVerification?.beforeEmailVerification, emailVerification?.afterEmailVerification],
  '/sign-up/email': [emailAndPassword?.onExistingUserSignUp, user?.validateUserInfo],
  '/sign-in/social': [account?.accountLinking?.trustedProviders, user?.validateUserInfo],
  '/callback/:id': [account?.accountLinking?.trustedProviders, user?.validateUserInfo],
  '/link-social': [account?.accountLinking?.trustedProviders, user?.validateUserInfo],
});

/** Calls Better Auth's options that are functions, which a module exports besides its plugins. */
@Injectable()
export class ModuleCallbacks {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly kinds: MailKinds,
    private readonly callbacks: AccountCallbacks,
    private readonly logger: Logger,
  ) {}

  install(findUser: FindUser): void {
    const { functions } = this.config;
    for (const [kind, send] of Object.entries(sendersIn(functions)) as [string, SendLink | undefined][]) {
      if (!send) continue;
      this.kinds.deliverWith(kind, async ({ to, values }) => {
        const { userId = '', language: _language, name: _name, ...link } = values;
        const user = await findUser(userId);
        // The user has been deleted meanwhile.
        if (!user) return;
        await send({ user: { ...user, email: to }, ...link }, languageOf(values));
      });
    }
    const { onPasswordReset, onExistingUserSignUp } = functions.emailAndPassword ?? {};
    const { beforeEmailVerification, afterEmailVerification } = functions.emailVerification ?? {};
    const findTrusted = functions.account?.accountLinking?.trustedProviders;
    const calling = (call: Call | undefined) => call && calledWith(findUser, call);
    const tellOwner = calling(
      onExistingUserSignUp && ((user, request) => onExistingUserSignUp({ user }, request)),
    );
    this.callbacks.add({
      onPasswordReset: calling(onPasswordReset && ((user, request) => onPasswordReset({ user }, request))),
      beforeEmailVerification: calling(beforeEmailVerification),
      afterEmailVerification: calling(afterEmailVerification),
      // In the background, so that the time of the answer does not tell that the e-mail is taken.
      onExistingUserSignUp: tellOwner && (async (user) => void this.inBackground(tellOwner(user))),
      ...(functions.user?.validateUserInfo ? { admit: (identity) => this.validate(identity) } : {}),
      ...(findTrusted ? { trusts: async (id) => (await findTrusted(requestOf())).includes(id) } : {}),
    });
  }

  /** @throws {AuthError} 403 if the function refuses the identity, or fails. */
  private async validate({ action, user, provider }: IncomingIdentity): Promise<void> {
    const now = new Date();
    const times = action === 'create-user' ? { createdAt: now, updatedAt: now } : {};
    const method = provider ? 'oauth' : 'email-password';
    const oauth = provider && { providerId: provider.id, profile: provider.profile as object };
    const source = { method, ...(oauth && { oauth }), action };
    const validate = this.config.functions.user?.validateUserInfo as ValidateUserInfo;
    const { error, errorDescription }: Verdict = await this.verdictOf(() =>
      validate({ user: { ...times, ...user }, source }, hostedCalls.getStore()?.context),
    );
    if (error) throw new AuthError(403, { code: error, message: errorDescription || error });
  }

  private async verdictOf(validate: () => unknown): Promise<Verdict> {
    try {
      return (await validate()) ?? {};
    } catch (error) {
      this.logger.fault(error);
      return { error: 'validation_failed', errorDescription: 'User validation failed' };
    }
  }

  private async inBackground(task: Promise<void>): Promise<void> {
    await task.catch((error: unknown) => this.logger.fault(error));
  }
}

/** True if requests for this route of the core must pass through the library, because a function gets the request. */
export const callsFunction = (functions: ModuleFunctions, path: string): boolean =>
  Object.entries(calledBy(functions)).some(([route, called]) => route === path && called.some(Boolean));

/** The request that is being answered, as the library has it. */
const requestOf = (): Request | undefined =>
  (hostedCalls.getStore()?.context as { readonly request?: Request } | undefined)?.request;

const calledWith =
  (findUser: FindUser, call: Call) =>
  async ({ id }: { readonly id: string }): Promise<void> => {
    const user = await findUser(id);
    if (!user) return;
    try {
      await call(user, requestOf());
    } catch (error) {
      throw asAnswer(error);
    }
  };

/** A request that has only the language of the one that caused the mail, because that one has been answered long ago. */
const languageOf = ({ url = '', language }: MailValues): Request =>
  new Request(url, language === undefined ? {} : { headers: { 'accept-language': language } });
