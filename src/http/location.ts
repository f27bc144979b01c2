/** Sent with every redirect, so that the browser does not tell the target which page led to it. */
export const WITHOUT_REFERRER = { 'referrer-policy': 'no-referrer' } as const;

/** Returns the redirect target for a header: everything but printable ASCII is percent-encoded (RFC 3986 §2.1). */
export function locationOf(target: string): string {
  // The conversion to bytes and back replaces half surrogate pairs, which `encodeURIComponent` cannot encode.
  return Buffer.from(target)
    .toString()
    .replace(/[^\x20-\x7e]+/g, encodeURIComponent);
}
