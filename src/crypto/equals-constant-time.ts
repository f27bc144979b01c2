import { timingSafeEqual } from 'node:crypto';

/** True if both are equal byte for byte (text as UTF-8). The time it takes reveals only whether the lengths differ. */
export function equalsConstantTime(a: string | Uint8Array, b: string | Uint8Array): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
