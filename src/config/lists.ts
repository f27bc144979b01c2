import { parseNetwork } from '../network/ip-address.js';
import { withoutSlashesAtTheEnd } from './slashes.js';
import { butIs, list, type Parser } from './values.js';

/** Paths below the base path, as in the routes. A slash at the end is removed. */
export const paths: Parser<string[]> = (value) =>
  list(value).map((path) => {
    if (/^\/[^\s?#]*$/.test(path) && path !== '/') return withoutSlashesAtTheEnd(path);
    throw new Error(`a list of paths such as /sign-up/email,/change-email${butIs(value)}`);
  });

/** Addresses and CIDR ranges. */
export const networks: Parser<string[]> = (value) => {
  const entries = list(value);
  if (entries.every((entry) => parseNetwork(entry) !== undefined)) return entries;
  throw new Error(`a list of addresses and networks such as 10.0.0.0/8,2001:db8::/32${butIs(value)}`);
};
