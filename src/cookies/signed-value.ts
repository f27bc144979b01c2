import { equalsConstantTime } from '../crypto/equals-constant-time.js';
import { hmacSha256Base64 } from '../crypto/hmac.js';
import { decodeCookieValue } from './decode-cookie-value.js';

const SIGNATURE_LENGTH = 44;
/** Characters. A session token of ours has 110 with its signature. Longer values are opened each time. */
const LONGEST_KEPT = 512;

export interface OpenedValue {
  readonly value: string;
  /** Index of the secret that signed the value. If above 0, sign the value again with the current secret. */
  readonly secretIndex: number;
}

/** `<value>.<base64 HMAC-SHA256>`, not yet URL-encoded (src/cookies/protocol.md, "Signed cookies"). */
export function signValue(value: string, secret: string): string {
  return `${value}.${hmacSha256Base64(value, secret)}`;
}

/**
 * The value, if one of the secrets signed it. Accepts the text as the header has it and the URL-decoded text. A
 * signature ends with `=`, which URL-encoding turns into `%3D`, so the two cannot be confused.
 */
export function openSignedValue(raw: string, secrets: readonly string[]): OpenedValue | undefined {
  const { value, signature } = split(raw) ?? split(decodeCookieValue(raw)) ?? {};
  if (value === undefined || signature === undefined) return undefined;
  const secretIndex = secrets.findIndex((secret) =>
    equalsConstantTime(hmacSha256Base64(value, secret), signature),
  );
  return secretIndex === -1 ? undefined : { value, secretIndex };
}

/** Opens signed values and remembers the results, because every request of a session carries the same cookie. */
export class SignedValues {
  private readonly opened = new Map<string, OpenedValue>();

  /** @param capacity values to remember, 350 bytes each, and at most 1 KB. */
  constructor(
    private readonly secrets: readonly string[],
    private readonly capacity = 2000,
  ) {}

  /** Same result as `openSignedValue`. */
  open(raw: string): OpenedValue | undefined {
    const known = this.opened.get(raw);
    if (known) return known;
    const opened = openSignedValue(raw, this.secrets);
    if (opened && raw.length <= LONGEST_KEPT) this.keep(raw, opened);
    return opened;
  }

  /**
   * Keeps only values we signed, so that attackers cannot fill the map. Removes the oldest value if the map is full.
   */
  private keep(raw: string, opened: OpenedValue): void {
    if (this.opened.size >= this.capacity) this.opened.delete(this.opened.keys().next().value ?? '');
    this.opened.set(raw, opened);
  }
}

function split(text: string): { value: string; signature: string } | undefined {
  const dot = text.lastIndexOf('.');
  const signature = text.slice(dot + 1);
  if (dot < 1 || signature.length !== SIGNATURE_LENGTH || !signature.endsWith('=')) return undefined;
  return { value: text.slice(0, dot), signature };
}
