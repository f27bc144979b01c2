/** What the operator must correct before the mail server accepts such mails. */
export type OperatorsFault = 'sender not allowed' | 'sending limit reached' | 'not authenticated' | 'policy';

/** The recipient's own mailbox or its limits (RFC 3463 §3.2 and §3.3). The operator cannot correct them. */
const ABOUT_THE_RECIPIENT = /^\d\.(1\.[1-36]|2\.\d)$/;

/** Microsoft reports its daily limit as 5.1.90, and Google as 5.4.5. */
const LIMIT_CODES = /^5\.(1\.90|4\.5)$/;

/**
 * Says what is wrong with the operator's settings or contract if a mail server refuses a mail because of them. Undefined if
 * the refusal is about this recipient or this message.
 * @param enhanced the enhanced status code, such as `5.7.1`; empty if the server sends none.
 * @param words the text of the server.
 */
export function operatorsFault(enhanced: string, words: string): OperatorsFault | undefined {
  // Microsoft sends 5.2.0 with this text, so it is tried before the codes about the recipient.
  if (
    /send-?as-?denied|permissions? to send as|not (allowed|authori[sz]ed|permitted) to send as|address is not verified/i.test(
      words,
    )
  )
    return 'sender not allowed';
  if (/^5\.1\.[78]$/.test(enhanced)) return 'sender not allowed';
  if (LIMIT_CODES.test(enhanced)) return 'sending limit reached';
  if (ABOUT_THE_RECIPIENT.test(enhanced)) return undefined;
  if (/\b(daily|hourly|monthly|sending)\b.{0,40}\b(quota|limit)/i.test(words)) return 'sending limit reached';
  if (/\bauthenticat(e|ed|ion)\b.{0,20}\b(required|failed)|\bunauthenticated\b/i.test(words))
    return 'not authenticated';
  // X.7.X is about security and policy (RFC 3463 §3.8): relaying, SPF, DKIM, reputation.
  return enhanced.startsWith('5.7.') ? 'policy' : undefined;
}
