import { Inject, Injectable } from '@nestjs/common';
import { AccountCallbacks } from '../../accounts/account-callbacks.js';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import type { ModuleFunctions } from '../../config/plugins/module-options.js';
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
const calledBy = ({ emailAndPassword, emailVerification }: ModuleFunctions) => ({
  '/reset-password': [emailAndPassword?.onPasswordReset],
  '/verify-email': [emailVerification?.beforeEmailVerification, emailVerification?.afterEmailVerification],
  '/sign-up/email': [emailAndPassword?.onExistingUserSignUp],
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
    const functions = this.config.plugins?.functions ?? {};
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
    });
  }

  private async inBackground(task: Promise<void>): Promise<void> {
    await task.catch((error: unknown) => this.logger.fault(error));
  }
}

/** True if requests for this route of the core must pass through the library, because a function gets the request. */
export const callsFunction = (functions: ModuleFunctions, path: string): boolean =>
  Object.entries(calledBy(functions)).some(([route, called]) => route === path && called.some(Boolean));

const calledWith =
  (findUser: FindUser, call: Call) =>
  async ({ id }: { readonly id: string }): Promise<void> => {
    const user = await findUser(id);
    const context = hostedCalls.getStore()?.context as { readonly request?: Request } | undefined;
    if (!user) return;
    try {
      await call(user, context?.request);
    } catch (error) {
      throw asAnswer(error);
    }
  };

/** A request that has only the language of the one that caused the mail, because that one has been answered long ago. */
const languageOf = ({ url = '', language }: MailValues): Request =>
  new Request(url, language === undefined ? {} : { headers: { 'accept-language': language } });
