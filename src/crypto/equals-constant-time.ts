import { timingSafeEqual } from 'node:crypto';

/** Equal byte for byte (text as UTF-8), in a time that tells nothing but whether the lengths differ. */
export function equalsConstantTime(a: string | Uint8Array, b: string | Uint8Array): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
