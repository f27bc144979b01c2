import type { ContributedCookie } from '../../../src/config/contributions.js';

/** Names the note that the browser left last. */
export const LAST_NOTE: ContributedCookie = {
  name: 'last_note',
  maxAge: 60,
  endsWithSession: () => true,
};
