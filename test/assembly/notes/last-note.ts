import type { ContributedCookie } from '../../../src/config/contributed-cookie.js';

/** A cookie with the id of the last note from this browser. */
export const LAST_NOTE: ContributedCookie = {
  name: 'last_note',
  maxAge: 60,
  endsWithSession: () => true,
};
