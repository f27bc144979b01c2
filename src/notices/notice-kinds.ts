import type { MailKind } from '../mail/mail-kinds.js';

/** A mail that tells the owner of an account that something has changed. */
export interface NoticeKind {
  /** Also the name of its templates, and the word that `OWNER_NOTICES_OFF` contains to switch it off. */
  readonly name: string;
  /** The folder of its templates. */
  readonly templates: string;
  /** Values that only this kind has, besides `time`, `device` and `address`. */
  readonly values?: readonly string[];
}

const templates = `${import.meta.dirname}/mails`;

/** The kinds of this folder. A feature adds its own with `OwnerNotices.add`. */
export const NOTICES: readonly NoticeKind[] = [
  { name: 'password-changed', templates },
  { name: 'password-removed', templates },
  { name: 'email-changed', templates, values: ['oldEmail', 'newEmail'] },
  { name: 'account-linked', templates, values: ['provider'] },
  { name: 'new-device', templates },
];

/** Seconds for which the server tries to send a notice. */
const TRIED = 3 * 86_400;

export const mailKindOf = ({ name, templates, values = [] }: NoticeKind): MailKind => ({
  name,
  templates,
  essential: 'time',
  values: ['device', 'address', ...values],
  life: () => TRIED,
});
