import { isIP } from 'node:net';

/** Bytes in network order: 4 for IPv4 and for IPv4 written as IPv6 (RFC 4291 §2.5.5.2), otherwise 16. */
export type IpAddress = Uint8Array;

/**
 * @returns undefined if the text is no IP address. Refuses a port, brackets, leading zeros, and an IPv6 zone, because a
 * zone has a meaning only on one machine.
 */
export function parseIp(text: string): IpAddress | undefined {
  const version = isIP(text);
  if (version === 0 || text.includes('%')) return undefined;
  if (version === 4) return Uint8Array.from(text.split('.').map(Number));
  const bytes = parseIpv6(text);
  const mapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  return mapped ? bytes.slice(12) : bytes;
}

/**
 * Parses an address as proxies write it: also with a port, such as `203.0.113.7:4711`, and IPv6 in brackets
 * (RFC 7239 §6).
 */
export function parseHop(text: string): IpAddress | undefined {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d{1,5})?$/.exec(text) ?? [];
  if (bracketed !== undefined) return bracketed.includes(':') ? parseIp(bracketed) : undefined;
  return parseIp(plain ?? text);
}

function parseIpv6(text: string): Uint8Array {
  const [head = '', tail] = text.split('::');
  const left = bytesOf(head);
  const right = bytesOf(tail ?? '');
  const bytes = new Uint8Array(16);
  bytes.set(left);
  bytes.set(right, 16 - right.length);
  return bytes;
}

/** Bytes of IPv6 groups separated by colons. The last group may be a dotted IPv4 address. */
function bytesOf(groups: string): number[] {
  if (groups === '') return [];
  return groups.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}

/** @param ipv6Bits leading bits of an IPv6 address to keep; the others become zero. */
export function formatIp(address: IpAddress, ipv6Bits: number): string {
  if (address.length === 4) return address.join('.');
  const kept = address.map((byte, index) => byte & maskOf(ipv6Bits - index * 8));
  return Array.from({ length: 8 }, (_, index) =>
    (((kept[index * 2] ?? 0) << 8) | (kept[index * 2 + 1] ?? 0)).toString(16).padStart(4, '0'),
  ).join(':');
}

/** The network of an address, such as `203.0.113.0/24`. The bits after the prefix become zero. */
export function formatNetwork(address: IpAddress, prefix: number): string {
  const kept = address.map((byte, index) => byte & maskOf(prefix - index * 8));
  return `${formatIp(kept, 128)}/${prefix}`;
}

/** The first byte of a netmask with `bits` leading ones. */
const maskOf = (bits: number) => (bits >= 8 ? 255 : bits <= 0 ? 0 : (255 << (8 - bits)) & 255);

export interface Network {
  readonly address: IpAddress;
  /** Number of leading bits that all addresses of the network share. */
  readonly prefix: number;
}

/** Parses an address or CIDR notation (RFC 4632 §3.1). Undefined for anything else. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.lastIndexOf('/');
  const address = parseIp(slash < 0 ? text : text.slice(0, slash));
  if (!address) return undefined;
  const longest = address.length * 8;
  if (slash < 0) return { address, prefix: longest };
  const digits = text.slice(slash + 1);
  return /^\d{1,3}$/.test(digits) && Number(digits) <= longest
    ? { address, prefix: Number(digits) }
    : undefined;
}

export function isInNetwork(address: IpAddress, network: Network): boolean {
  return (
    address.length === network.address.length &&
    address.every(
      (byte, index) => ((byte ^ (network.address[index] ?? 0)) & maskOf(network.prefix - index * 8)) === 0,
    )
  );
}
