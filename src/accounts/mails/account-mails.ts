import { Injectable } from '@nestjs/common';
import { MailKinds, type MailKind } from '../../mail/mail-kinds.js';

const templates = import.meta.dirname;

/** The mails that accounts sends. Each carries a link. */
export const ACCOUNT_MAILS: readonly MailKind[] = [
  {
    name: 'verify-email',
    templates,
    essential: 'url',
    life: ({ emailVerification }) => emailVerification.expiresIn,
  },
  {
    name: 'reset-password',
    templates,
    essential: 'url',
    life: ({ emailAndPassword }) => emailAndPassword.resetPasswordTokenExpiresIn,
  },
  {
    name: 'change-email-confirmation',
    templates,
    essential: 'url',
    values: ['newEmail'],
    life: ({ emailVerification }) => emailVerification.expiresIn,
  },
  {
    name: 'delete-account',
    templates,
    essential: 'url',
    life: ({ user }) => user.deleteUser.deleteTokenExpiresIn,
  },
];

@Injectable()
export class AccountMails {
  constructor(kinds: MailKinds) {
    kinds.add(...ACCOUNT_MAILS);
  }
}
