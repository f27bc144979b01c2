import { Injectable } from '@nestjs/common';
import { MailKinds } from '../../mail/mail-kinds.js';

const templates = import.meta.dirname;

/** The mails that accounts sends. Each carries a link. */
@Injectable()
export class AccountMails {
  constructor(kinds: MailKinds) {
    kinds.add(
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
    );
  }
}
