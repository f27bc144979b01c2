/** Sent with every redirect, so that the browser does not tell the target which page led to it. */
export const WITHOUT_REFERRER = { 'referrer-policy': 'no-referrer' } as const;

/** A redirect target as a header can carry it (RFC 3986 §2.1): percent-encoded where it is not ASCII, else as given. */
export function locationOf(target: string): string {
  // By way of bytes, because half a surrogate pair cannot be encoded.
  return Buffer.from(target)
    .toString()
    .replace(/[^\x20-\x7e]+/g, encodeURIComponent);
}
