import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Options } from '../config/options.js';
import {
  formatIp,
  formatNetwork,
  isInNetwork,
  parseHop,
  parseIp,
  parseNetwork,
  type Network,
} from '../network/ip-address.js';

type IpSettings = Options['advanced']['ipAddress'];

/**
 * Returns the client's address as in the protocol (src/rate-limits/protocol.md, "Client address"): from the
 * first configured header that contains one. The address of the socket is not used, because it belongs to a
 * proxy.
 * @returns IPv4 unchanged; IPv6 in full length and masked to `ipv6Subnet`; `''` if unknown, or if tracking is disabled.
 */
export function clientIp(
  headers: IncomingHttpHeaders,
  settings: IpSettings,
  nodeEnv: string | undefined,
): string {
  if (settings.disableIpTracking) return '';
  const proxies = networksOf(settings.trustedProxies);
  for (const name of settings.ipAddressHeaders) {
    const value = headers[name.toLowerCase()];
    const address = typeof value === 'string' ? fromHeader(value, proxies) : undefined;
    if (address) return formatIp(address, settings.ipv6Subnet);
  }
  return nodeEnv === 'development' || nodeEnv === 'test' ? '127.0.0.1' : '';
}

/**
 * Returns the address by which limits count a client. If no header gives one, it is the last hop of a list of hops, which
 * the nearest proxy wrote, or else the address of the connection. So clients without a header do not share one count.
 * @returns as `clientIp`; `''` only if tracking is disabled.
 */
export function countedIp(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  settings: IpSettings,
  nodeEnv: string | undefined,
): string {
  if (settings.disableIpTracking) return '';
  const address = clientIp(headers, settings, nodeEnv);
  if (address !== '') return address;
  const hop = settings.ipAddressHeaders
    .map((name) => headers[name.toLowerCase()])
    .map((value) => (typeof value === 'string' ? parseHop(value.split(',').at(-1)?.trim() ?? '') : undefined))
    .find((found) => found !== undefined);
  const counted = hop ?? parseIp(socket.remoteAddress ?? '');
  return counted ? formatIp(counted, settings.ipv6Subnet) : UNKNOWN;
}

/** A connection that has just been closed has no address. */
const UNKNOWN = 'unknown';

/** The network of an address from `countedIp`: /24 of IPv4, /48 of IPv6. Other text stays as it is. */
export function networkOf(address: string): string {
  const parsed = parseIp(address);
  return parsed ? formatNetwork(parsed, parsed.length === 4 ? 24 : 48) : address;
}

/** Headers in which proxies name the client or themselves. */
const PROXY_HEADERS = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-real-ip',
  'x-client-ip',
  'cf-connecting-ip',
  'true-client-ip',
  'fastly-client-ip',
];

/** True if the request came through a proxy, but no configured header says for whom. */
export function hasUndeclaredProxy(headers: IncomingHttpHeaders, settings: IpSettings): boolean {
  return (
    PROXY_HEADERS.some((name) => headers[name] !== undefined) && clientIp(headers, settings, undefined) === ''
  );
}

/**
 * Reads the address of the client from a list of hops. The client may have sent the beginning of the list. So without
 * trusted proxies, only a list of one address is accepted. With them, the list is read from the right, where the nearest
 * proxy wrote, up to the first hop that is not a trusted proxy. If that hop is not an address, there is no result,
 * because the client may have written everything to the left of it.
 */
function fromHeader(value: string, proxies: readonly Network[]) {
  const hops = value
    .split(',')
    .map((hop) => hop.trim())
    .filter((hop) => hop !== '');
  if (proxies.length === 0) return hops.length === 1 ? parseHop(hops[0] ?? '') : undefined;
  for (const hop of hops.toReversed()) {
    const address = parseHop(hop);
    if (!address || !proxies.some((proxy) => isInNetwork(address, proxy))) return address;
  }
  return undefined;
}

const parsed = new WeakMap<readonly string[], readonly Network[]>();

/** Parses each list once. The configuration has already checked that every entry is a network. */
function networksOf(entries: readonly string[]): readonly Network[] {
  const known = parsed.get(entries);
  if (known) return known;
  const networks = entries.map(parseNetwork).filter((network) => network !== undefined);
  parsed.set(entries, networks);
  return networks;
}
