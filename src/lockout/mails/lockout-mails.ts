import { Injectable } from '@nestjs/common';
import { MailKinds, type MailKind } from '../../mail/mail-kinds.js';

export const GUESSED_PASSWORDS = 'guessed-passwords';

export const LOCKOUT_MAILS: readonly MailKind[] = [
  {
    name: GUESSED_PASSWORDS,
    templates: import.meta.dirname,
    essential: 'url',
    // Seconds. A later mail would only alarm the owner.
    life: () => 86_400,
  },
];

@Injectable()
export class LockoutMails {
  constructor(kinds: MailKinds) {
    kinds.add(...LOCKOUT_MAILS);
  }
}
