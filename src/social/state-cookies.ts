import type { ContributedCookie } from '../config/contributions.js';

/** The browser's half of a sign-in at a provider whose other half is in the database: a signed state. */
export const STATE: ContributedCookie = { name: 'state', maxAge: 300 };

/** Everything there is to know about a sign-in at a provider, encrypted, if nothing of it is in the database. */
export const OAUTH_STATE: ContributedCookie = {
  name: 'oauth_state',
  maxAge: 600,
  endsWithSession: ({ account }) => account.storeStateStrategy === 'cookie',
};
