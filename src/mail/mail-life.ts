import type { Config } from '../config/config.js';
import type { MailKind } from './mail.js';

/** Seconds for which the link of such a mail works. */
export function linkLife(kind: MailKind, { emailVerification, emailAndPassword, user }: Config): number {
  const lives: Readonly<Record<MailKind, number>> = {
    'verify-email': emailVerification.expiresIn,
    'change-email-confirmation': emailVerification.expiresIn,
    'reset-password': emailAndPassword.resetPasswordTokenExpiresIn,
    'delete-account': user.deleteUser.deleteTokenExpiresIn,
  };
  return lives[kind];
}
