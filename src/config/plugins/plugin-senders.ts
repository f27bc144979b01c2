/** A mail that a plugin sends. */
export interface PluginMail {
  readonly kind: string;
  readonly to: string;
  /** The name of the recipient; empty if unknown. */
  readonly name: string;
  /** The link or the code, and what else the text contains. */
  readonly values: Readonly<Record<string, string>>;
  readonly language: string | undefined;
}

export interface PluginText {
  readonly to: string;
  readonly otp: string;
  readonly kind: 'sign-in' | 'password-reset';
  readonly language: string | undefined;
}

/** The part of the library's request context that tells the language. */
interface Asked {
  readonly headers?: Headers;
  readonly request?: { readonly headers: Headers };
}

const languageOf = (asked: Asked | undefined) =>
  (asked?.headers ?? asked?.request?.headers)?.get('accept-language') ?? undefined;

interface Person {
  readonly name?: string;
  readonly email: string;
}

/**
 * The functions with which plugins send mails and text messages. Plugins are made when the settings are read, which is
 * before there is a mail queue. So the server says later where the messages go. A command only reads the tables of the
 * plugins and sends nothing.
 */
export class PluginSenders {
  mail: (mail: PluginMail) => Promise<void> = nowhere;
  text: (message: PluginText) => Promise<void> = nowhere;
  /** Lets a user in or keeps them out, as the directories say. */
  access: (user: { readonly userId: string; readonly active: boolean }) => Promise<void> = nowhere;

  readonly magicLink = (data: { email: string; url: string }, asked?: Asked): Promise<void> =>
    this.mail({
      kind: 'magic-link',
      to: data.email,
      name: '',
      values: { url: data.url },
      language: languageOf(asked),
    });

  readonly emailCode = (data: { email: string; otp: string; type: string }, asked?: Asked): Promise<void> =>
    this.mail({
      kind: EMAIL_CODES[data.type] ?? 'code-sign-in',
      to: data.email,
      name: '',
      values: { code: data.otp },
      language: languageOf(asked),
    });

  readonly twoFactorCode = (data: { user: Person; otp: string }, asked?: Asked): Promise<void> =>
    this.mail({
      kind: 'code-second-factor',
      to: data.user.email,
      name: data.user.name ?? '',
      values: { code: data.otp },
      language: languageOf(asked),
    });

  readonly invitation = (
    data: {
      id: string;
      email: string;
      role: string;
      organization: { name: string };
      inviter: { user: Person };
    },
    request?: { readonly headers: Headers },
  ): Promise<void> =>
    this.mail({
      kind: 'invitation',
      to: data.email,
      name: '',
      values: {
        invitation: data.id,
        role: data.role,
        organization: data.organization.name,
        inviter: data.inviter.user.name || data.inviter.user.email,
      },
      language: languageOf(request && { request }),
    });

  readonly phoneCode = (data: { phoneNumber: string; code: string }, asked?: Asked): Promise<void> =>
    this.text({ to: data.phoneNumber, otp: data.code, kind: 'sign-in', language: languageOf(asked) });

  readonly phoneResetCode = (data: { phoneNumber: string; code: string }, asked?: Asked): Promise<void> =>
    this.text({ to: data.phoneNumber, otp: data.code, kind: 'password-reset', language: languageOf(asked) });
}

/** The mail for each kind of code of the plugin `email-otp`. */
const EMAIL_CODES: Readonly<Record<string, string>> = {
  'sign-in': 'code-sign-in',
  'email-verification': 'code-verify-email',
  'forget-password': 'code-reset-password',
  'change-email': 'code-change-email',
};

const nowhere = () =>
  Promise.reject(new Error('Messages of plugins can only be sent by the running server.'));
