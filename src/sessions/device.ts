import { parseIp } from '../network/ip-address.js';

/** What a request says of its device. Empty or null if it does not say it. */
export interface Device {
  readonly userAgent: string | null;
  readonly address: string | null;
}

/**
 * True if both are probably the same device at the same place: the same program on the same system, in any version, from
 * the same network. A network is a /16 of IPv4 or a /48 of IPv6, because providers give their customers changing addresses.
 */
export function isSameDevice(a: Device, b: Device): boolean {
  return programOf(a) === programOf(b) && networkOf(a) === networkOf(b);
}

const programOf = ({ userAgent }: Device) => (userAgent ?? '').replace(/[\d._]+/g, '');

function networkOf({ address }: Device): string {
  const bytes = parseIp(address ?? '');
  return bytes ? bytes.subarray(0, bytes.length === 4 ? 2 : 6).join('.') : '';
}
