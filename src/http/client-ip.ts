import type { IncomingHttpHeaders } from 'node:http';
import type { Options } from '../config/options.js';
import { formatIp, isInNetwork, parseIp, parseNetwork, type Network } from '../network/ip-address.js';

type IpSettings = Options['advanced']['ipAddress'];

/**
 * The client's address by the protocol's derivation (protocol.md §6): the first of the configured headers that resolves.
 * The socket is never asked, because it is a proxy's.
 * @returns IPv4 as it is, IPv6 written out and masked to `ipv6Subnet`, `''` when unknown or not to be known.
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
 * A list may have been begun by the client, so without known proxies only a single address is believed. With them it is
 * read from the right, where the nearest proxy wrote, up to the first hop that is not ours; a hop that is no address
 * ends the search, since what stands left of it could be anybody's.
 */
function fromHeader(value: string, proxies: readonly Network[]) {
  const hops = value
    .split(',')
    .map((hop) => hop.trim())
    .filter((hop) => hop !== '');
  if (proxies.length === 0) return hops.length === 1 ? parseIp(hops[0] ?? '') : undefined;
  for (const hop of hops.toReversed()) {
    const address = parseIp(hop);
    if (!address || !proxies.some((proxy) => isInNetwork(address, proxy))) return address;
  }
  return undefined;
}

const parsed = new WeakMap<readonly string[], readonly Network[]>();

/** The configuration admits nothing else than networks. */
function networksOf(entries: readonly string[]): readonly Network[] {
  const known = parsed.get(entries);
  if (known) return known;
  const networks = entries.map(parseNetwork).filter((network) => network !== undefined);
  parsed.set(entries, networks);
  return networks;
}
