/** Which servers a connection may lead to: the values of libpq's `target_session_attrs`. */
export const TARGETS = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;

export type Target = (typeof TARGETS)[number];

export interface ServerList {
  /** A URL of each server, in the order of the list. */
  readonly urls: readonly string[];
  /** The first of them. Only host and port differ. */
  readonly first: string;
  /** The value of `target_session_attrs`, which may be none of `TARGETS`. */
  readonly target: string;
}

/** Splits a URL that names several servers as libpq spells it: `postgresql://user@one:5432,two:5433/app`. */
export function serversIn(url: string): ServerList {
  const [, login = url, hosts = '', rest = ''] = AUTHORITY.exec(url) ?? [];
  const [first = '', ...others] = hosts.split(',').map((host) => `${login}${host}${rest}`);
  const [, target = 'any'] = TARGET.exec(rest) ?? [];
  return { urls: [first, ...others], first, target };
}

const AUTHORITY = /^(\w+:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/s;
const TARGET = /[?&]target_session_attrs=([^&#]*)/;

/** Host and port as messages name them. Never contains the password. */
export function addressesIn(url: string): string {
  return serversIn(url).urls.map(addressOf).join(', ');
}

export function addressOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || 5432}`;
}
