import type { ContributedCookie } from '../config/contributed-cookie.js';

/** The signed state of a sign-in at a provider. The other data of the sign-in are in the database. */
export const STATE: ContributedCookie = { name: 'state', maxAge: 300 };

/** All data of a sign-in at a provider, encrypted. Used if none of them are in the database. */
export const OAUTH_STATE: ContributedCookie = {
  name: 'oauth_state',
  maxAge: 600,
  endsWithSession: ({ account }) => account.storeStateStrategy === 'cookie',
};
