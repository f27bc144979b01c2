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

const NO_LIMITS = { maxPerUser: undefined, absolute: undefined, idle: undefined };

const endingIn = (milliseconds: number, isBanned = false) =>
  ({ isBanned, session: { expiresAt: new Date(NOW + milliseconds) } }) as ReadSession;

const terms = { now: NOW, refreshes: true };

test('a session that was not found does not hold', () => {
  expect(judge(undefined, terms, settings, NO_LIMITS)).toEqual({ isLive: false, isExpired: false });
});

test.each([0, -1])('a session that ended %d ms from now has expired', (milliseconds) => {
  expect(judge(endingIn(milliseconds), terms, settings, NO_LIMITS)).toEqual({
    isLive: false,
    isExpired: true,
  });
});

test('the session of a banned user does not hold, and has expired only if its time is over', () => {
  expect(judge(endingIn(DAY, true), terms, settings, NO_LIMITS)).toEqual({ isLive: false, isExpired: false });
  expect(judge(endingIn(-1, true), terms, settings, NO_LIMITS)).toEqual({ isLive: false, isExpired: true });
});

test.each([
  ['not due', 6 * DAY + 1, false],
  ['due', 6 * DAY, true],
  ['due', HOUR, true],
])('a session is %s if it ends %d ms from now', (_, milliseconds, isDue) => {
  expect(judge(endingIn(milliseconds), terms, settings, NO_LIMITS)).toMatchObject({ isLive: true, isDue });
});

test('the judgement holds until the session is due', () => {
  expect(judge(endingIn(7 * DAY), terms, settings, NO_LIMITS)).toMatchObject({ until: NOW + DAY });
});

test.each([
  ['the request does not renew it', { ...terms, refreshes: false }, settings],
  ['renewing is switched off', terms, { ...settings, disableSessionRefresh: true }],
])('a session is never due if %s, and holds until it ends', (_, given, configured) => {
  const until = NOW + HOUR;
  expect(judge(endingIn(HOUR), given, configured, NO_LIMITS)).toEqual({
    isLive: true,
    isDue: false,
    isUnrecorded: false,
    until,
  });
});

describe('with limits', () => {
  /** A session that began and was last used this many milliseconds ago, and ends 7 days after its last renewal. */
  const used = (createdAgo: number, usedAgo: number, expiresAt = NOW + 7 * DAY) =>
    ({
      session: {
        createdAt: new Date(NOW - createdAgo),
        updatedAt: new Date(NOW - usedAgo),
        expiresAt: new Date(expiresAt),
      },
    }) as ReadSession;
  const absolute = { ...NO_LIMITS, absolute: (30 * DAY) / 1000 };
  const idle = { ...NO_LIMITS, idle: (10 * HOUR) / 1000 };

  test.each([
    ['its absolute lifetime', used(30 * DAY, 0), absolute],
    ['its idle lifetime', used(10 * HOUR, 10 * HOUR), idle],
  ])('a session has expired after %s', (_, found, limits) => {
    expect(judge(found, terms, settings, limits)).toEqual({ isLive: false, isExpired: true });
  });

  test.each([
    ['absolute', used(30 * DAY - 1, 0), absolute],
    ['idle', used(99 * DAY, 10 * HOUR - 1), idle],
  ])('a session holds 1 ms before the end of its %s lifetime, and no longer', (_, found, limits) => {
    expect(judge(found, { ...terms, refreshes: false }, settings, limits)).toMatchObject({ isLive: true });
    expect(judge(found, { now: NOW + 1, refreshes: false }, settings, limits).isLive).toBe(false);
  });

  test('the judgement does not outlive the absolute lifetime', () => {
    expect(judge(used(30 * DAY - HOUR, 0), terms, settings, absolute)).toMatchObject({ until: NOW + HOUR });
  });

  test('a use is recorded after a tenth of the idle lifetime, and the judgement holds until then', () => {
    expect(judge(used(0, HOUR - 1), terms, settings, idle)).toMatchObject({
      isUnrecorded: false,
      until: NOW + 1,
    });
    expect(judge(used(0, HOUR), terms, settings, idle)).toMatchObject({ isUnrecorded: true });
  });

  test('a session that already ends at its absolute lifetime is never due', () => {
    const last = used(29 * DAY, 2 * DAY, NOW + DAY);
    expect(judge(last, terms, settings, absolute)).toMatchObject({ isDue: false, until: NOW + DAY });
    expect(judge(last, terms, settings, NO_LIMITS)).toMatchObject({ isDue: true });
  });
});
