import { operatorsFault } from './operators-fault.js';

/**
 * Why an attempt failed. `refused`: this mail will never be accepted. `held`: the server refused it because of the
 * operator's own settings. `deferred`: not now. `unreachable`: no mail can be sent.
 */
export type Verdict = 'refused' | 'held' | 'deferred' | 'unreachable';

export interface DeliveryFault {
  readonly verdict: Verdict;
  /** Only codes, no text of the server or of a user. */
  readonly code: string;
  /** The text of the server for the operator, without anything that could be a link or a token. It is stored in the row. */
  readonly detail: string;
}

interface SmtpError {
  readonly code?: string;
  /** The SMTP command that failed, or `API` or `CONN`. */
  readonly command?: string;
  readonly responseCode?: number;
  readonly response?: string;
  /** True for a 5yz reply that is not about the state of the connection. */
  readonly permanent?: boolean;
}

/** The message cannot be made, for example because the address is invalid or the secret was removed. */
export class UnsendableMail extends Error {
  override readonly name = 'UnsendableMail';
}

/**
 * Only a reply about the recipient or the message counts against this mail (RFC 5321 §4.2.1: 4yz is temporary, 5yz is
 * permanent). If the server refuses the login or the sender, the operator must correct the settings, and the mail waits.
 */
export function describeDeliveryFault(error: unknown): DeliveryFault {
  if (error instanceof UnsendableMail)
    return { verdict: 'refused', code: 'unsendable', detail: error.message };
  const { code = 'unknown', command, responseCode, response, permanent } = (error ?? {}) as SmtpError;
  const words = response ?? (error instanceof Error ? error.message : String(error));
  const detail = withoutSecrets(words);
  if (responseCode === undefined)
    return { verdict: verdictOf(command, responseCode, permanent), code: systemCode(words, code), detail };
  const enhanced = enhancedCode(response);
  const said = `${responseCode} ${enhanced}`.trim();
  const verdict = verdictOf(command, responseCode, permanent);
  const fault = verdict === 'refused' ? operatorsFault(enhanced, words) : undefined;
  return fault ? { verdict: 'held', code: `${said}, ${fault}`, detail } : { verdict, code: said, detail };
}

/** The fault of a feature that delivers mails itself. Nobody knows whether it is about this mail, so it is tried again. */
export function describeOwnFault(error: unknown): DeliveryFault {
  if (error instanceof UnsendableMail) return describeDeliveryFault(error);
  const words = error instanceof Error ? error.message : String(error);
  return { verdict: 'deferred', code: 'own sender', detail: withoutSecrets(words) };
}

/** A mail that is left from when there was a mail server. */
export const WITHOUT_SERVER: DeliveryFault = {
  verdict: 'held',
  code: 'SMTP_URL is not set',
  detail: '',
};

function verdictOf(
  command: string | undefined,
  responseCode: number | undefined,
  permanent: boolean | undefined,
): Verdict {
  const aboutThisMail = command === 'RCPT TO' || command === 'DATA';
  // 421 means that the server closes the connection. It may follow any command.
  if (!aboutThisMail || responseCode === undefined || responseCode === 421) return 'unreachable';
  return permanent ? 'refused' : 'deferred';
}

/** Returns the code of the system, such as `ECONNREFUSED`. nodemailer replaces it with `ESOCKET`, which says less. */
function systemCode(words: string, code: string): string {
  return /\bE[A-Z]{4,}\b/.exec(words)?.[0] ?? code;
}

/** Returns the enhanced status code, such as `5.1.1` (RFC 3463). */
function enhancedCode(response = ''): string {
  return /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1] ?? '';
}

function withoutSecrets(words: string): string {
  return words
    .replace(/\p{C}+/gu, ' ')
    .replace(/\w+:\/\/\S+/g, '…')
    .replace(/[\w%=-]{16,}/g, '…')
    .slice(0, 300);
}
