/** What became of an attempt: this mail will never be taken, not now, or the server cannot be used for any mail. */
export type Verdict = 'refused' | 'deferred' | 'unreachable';

export interface DeliveryFault {
  readonly verdict: Verdict;
  /** Codes only: nothing the server or a user has written. */
  readonly code: string;
  /** For the operator who looks at the row: the server's own words, without anything that could be a link or a token. */
  readonly detail: string;
}

interface SmtpError {
  readonly code?: string;
  /** The SMTP command that was answered, or `API`, `CONN`. */
  readonly command?: string;
  readonly responseCode?: number;
  readonly response?: string;
  /** 5yz, and not one that speaks of the connection's state. */
  readonly permanent?: boolean;
}

/** The mail cannot be put together: an address that is none, a secret that is gone. */
export class UnsendableMail extends Error {
  override readonly name = 'UnsendableMail';
}

/**
 * Only what is said of this recipient or this message is held against this mail (RFC 5321 §4.2.1: 4yz for now, 5yz for
 * good). A refused login or sender is the operator's to mend, and the mail waits for it.
 */
export function describeDeliveryFault(error: unknown): DeliveryFault {
  if (error instanceof UnsendableMail)
    return { verdict: 'refused', code: 'unsendable', detail: error.message };
  const { code = 'unknown', command, responseCode, response, permanent } = (error ?? {}) as SmtpError;
  const words = response ?? (error instanceof Error ? error.message : String(error));
  return {
    verdict: verdictOf(command, responseCode, permanent),
    code:
      responseCode === undefined
        ? systemCode(words, code)
        : `${responseCode} ${enhancedCode(response)}`.trim(),
    detail: withoutSecrets(words),
  };
}

function verdictOf(
  command: string | undefined,
  responseCode: number | undefined,
  permanent: boolean | undefined,
): Verdict {
  const aboutThisMail = command === 'RCPT TO' || command === 'DATA';
  // 421: the server closes the connection, whatever the command was.
  if (!aboutThisMail || responseCode === undefined || responseCode === 421) return 'unreachable';
  return permanent ? 'refused' : 'deferred';
}

/** `ECONNREFUSED` says more than nodemailer's `ESOCKET`, which has taken its place. */
function systemCode(words: string, code: string): string {
  return /\bE[A-Z]{4,}\b/.exec(words)?.[0] ?? code;
}

/** RFC 3463. */
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
