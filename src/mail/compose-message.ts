import type { SendMailOptions } from 'nodemailer';
import type { Config } from '../config/config.js';
import { keyringOf } from '../config/keyring.js';
import { isAddress } from '../config/values.js';
import { DecryptionError } from '../crypto/decryption-error.js';
import { decrypt } from '../crypto/symmetric-encryption.js';
import { UnsendableMail } from './delivery-fault.js';
import type { MailValues } from './mail.js';
import type { MailKinds } from './mail-kinds.js';
import type { MailTemplates } from './mail-templates.js';
import type { ClaimedMail } from './mails.store.js';
import { templateValues } from './template-values.js';

/**
 * Makes the message for a row. The address is the only text of a user in its headers, and it is checked.
 * @throws {UnsendableMail} if the address is invalid, if no secret decrypts the row, or if no feature has this kind of
 * mail.
 */
export function composeMessage(
  mail: ClaimedMail,
  config: Config,
  kinds: MailKinds,
  templates: MailTemplates,
): SendMailOptions {
  const { id, recipient, locale } = mail;
  const kind = kinds.find(mail.kind);
  if (!kind) throw new UnsendableMail(`No feature of this server sends mails of the kind ${mail.kind}.`);
  if (!isAddress(recipient)) throw new UnsendableMail('The recipient is not a plain address.');
  const { mailFrom, origin } = config;
  const values = templateValues(openMail(mail, config), {
    recipient,
    locale,
    site: new URL(origin).hostname,
    life: kind.life(config),
  });
  return {
    ...templates.render(kind.name, locale, values),
    from: mailFrom,
    to: { name: '', address: recipient },
    envelope: { from: mailFrom.address, to: [recipient] },
    // The same id at every attempt. If an answer of the mail server was lost, mail programs can recognise the duplicate.
    messageId: `<${id}@${mailFrom.address.split('@').at(-1)}>`,
    date: new Date(),
    headers: {
      'Auto-Submitted': 'auto-generated', // RFC 3834 §5: no out-of-office answers
      'X-Auto-Response-Suppress': 'All', // the same for Exchange
      'Content-Language': locale,
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** @throws {UnsendableMail} if no secret decrypts the row. */
export function openMail({ content }: ClaimedMail, config: Config): MailValues {
  try {
    return JSON.parse(decrypt(content, keyringOf(config))) as MailValues;
  } catch (error) {
    if (error instanceof DecryptionError)
      throw new UnsendableMail('No secret of this server decrypts the mail.');
    throw error;
  }
}
