import { judge } from '../../../src/sessions/current/judge.js';
import type { ReadSession } from '../../../src/sessions/cache/session-reader.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 0, 1);

/** Seconds. A session lasts 7 days and is due once it was not renewed for 1 day. */
const settings = {
  expiresIn: (7 * DAY) / 1000,
  updateAge: DAY / 1000,
  freshAge: 0,
  disableSessionRefresh: false,
  deferSessionRefresh: false,
} as unknown as Parameters<typeof judge>[2];

const endingIn = (milliseconds: number, isBanned = false) =>
  ({ isBanned, session: { expiresAt: new Date(NOW + milliseconds) } }) as ReadSession;

const terms = { now: NOW, refreshes: true };

test('a session that was not found does not hold', () => {
  expect(judge(undefined, terms, settings)).toEqual({ isLive: false, isExpired: false });
});

test.each([0, -1])('a session that ended %d ms from now has expired', (milliseconds) => {
  expect(judge(endingIn(milliseconds), terms, settings)).toEqual({ isLive: false, isExpired: true });
});

test('the session of a banned user does not hold, and has expired only if its time is over', () => {
  expect(judge(endingIn(DAY, true), terms, settings)).toEqual({ isLive: false, isExpired: false });
  expect(judge(endingIn(-1, true), terms, settings)).toEqual({ isLive: false, isExpired: true });
});

test.each([
  ['not due', 6 * DAY + 1, false],
  ['due', 6 * DAY, true],
  ['due', HOUR, true],
])('a session is %s if it ends %d ms from now', (_, milliseconds, isDue) => {
  expect(judge(endingIn(milliseconds), terms, settings)).toMatchObject({ isLive: true, isDue });
});

test('the judgement holds until the session is due', () => {
  expect(judge(endingIn(7 * DAY), terms, settings)).toMatchObject({ until: NOW + DAY });
});

test.each([
  ['the request does not renew it', { ...terms, refreshes: false }, settings],
  ['renewing is switched off', terms, { ...settings, disableSessionRefresh: true }],
])('a session is never due if %s, and holds until it ends', (_, given, configured) => {
  const until = NOW + HOUR;
  expect(judge(endingIn(HOUR), given, configured)).toEqual({ isLive: true, isDue: false, until });
});
