import { equalsConstantTime } from '../crypto/equals-constant-time.js';
import { hmacSha256Base64 } from '../crypto/hmac.js';
import { decodeCookieValue } from './decode-cookie-value.js';

const SIGNATURE_LENGTH = 44;

export interface OpenedValue {
  readonly value: string;
  /** Which of the secrets signed it; above 0, it is time to sign anew. */
  readonly secretIndex: number;
}

/** `<value>.<base64 HMAC-SHA256>`, not yet URL-encoded (protocol.md §2.3). */
export function signValue(value: string, secret: string): string {
  return `${value}.${hmacSha256Base64(value, secret)}`;
}

/**
 * The value, when one of the secrets signed it (the first that fits counts). Takes the text as it stands in
 * the header as well as already URL-decoded: the one never ends like the other.
 */
export function openSignedValue(raw: string, secrets: readonly string[]): OpenedValue | undefined {
  const { value, signature } = split(raw) ?? split(decodeCookieValue(raw)) ?? {};
  if (value === undefined || signature === undefined) return undefined;
  const secretIndex = secrets.findIndex((secret) =>
    equalsConstantTime(hmacSha256Base64(value, secret), signature),
  );
  return secretIndex === -1 ? undefined : { value, secretIndex };
}

/** Values that are opened again and again, such as the cookie of every request of a session. */
export class SignedValues {
  private readonly opened = new Map<string, OpenedValue>();

  /** @param capacity values whose signature is not computed a second time; 350 bytes each. */
  constructor(
    private readonly secrets: readonly string[],
    private readonly capacity = 2000,
  ) {}

  /** As `openSignedValue`. */
  open(raw: string): OpenedValue | undefined {
    const known = this.opened.get(raw);
    if (known) return known;
    const opened = openSignedValue(raw, this.secrets);
    if (opened) this.keep(raw, opened);
    return opened;
  }

  /** Only what was signed by us is kept, so that nobody can fill it with what they make up. The oldest gives way. */
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
