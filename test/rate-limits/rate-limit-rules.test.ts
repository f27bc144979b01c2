import '../../src/features/jwt/password.controller.js';
import { longestWindow, ruleFor } from '../../src/rate-limits/rate-limit-rules.js';

const settings = { enabled: true, window: 10, max: 100, storage: undefined, customRules: {} };

test.each([
  ['/sign-in/email', 10, 3],
  ['/sign-in', 10, 3],
  ['/sign-in-anonymously', 10, 3],
  ['/sign-up/email', 10, 3],
  ['/change-password', 10, 3],
  ['/change-email', 10, 3],
  ['/request-password-reset', 60, 3],
  ['/request-password-reset/x', 10, 100],
  ['/send-verification-email', 60, 3],
  ['/forget-password/x', 60, 3],
  ['/email-otp/send-verification-otp', 60, 3],
  ['/email-otp/request-password-reset', 60, 3],
  ['/email-otp/verify-email', 10, 100],
  ['/get-session', 10, 100],
  ['/x/sign-in', 10, 100],
  ['/', 10, 100],
])('%s: %i seconds, %i requests', (path, window, max) => {
  expect(ruleFor(path, settings)).toEqual({ rule: { window, max }, path });
});

test('the first configured rule that fits takes the place of the built-in one', () => {
  const rule = { window: 1, max: 1 };
  const customRules = {
    '/sign-in/email': false as const,
    '/sign-*/**': rule,
    '/sign-up/email': { window: 2, max: 2 },
  };
  expect(ruleFor('/sign-in/email', { ...settings, customRules })).toBeUndefined();
  expect(ruleFor('/sign-in/social', { ...settings, customRules })).toEqual({ rule, path: '/sign-in/social' });
  expect(ruleFor('/sign-up/email', { ...settings, customRules })).toEqual({ rule, path: '/sign-up/email' });
});

test('sign-in under another name is counted as sign-in, unless it has a rule of its own', () => {
  expect(ruleFor('/login', settings)).toEqual({ rule: { window: 10, max: 3 }, path: '/sign-in/email' });
  expect(ruleFor('/register', settings)).toEqual({ rule: { window: 10, max: 3 }, path: '/sign-up/email' });
  const own = { window: 5, max: 5 };
  expect(ruleFor('/login', { ...settings, customRules: { '/login': own } })).toEqual({
    rule: own,
    path: '/login',
  });
  expect(ruleFor('/login', { ...settings, customRules: { '/sign-in/*': false } })).toBeUndefined();
});

test('the longest window is that of any rule', () => {
  expect(longestWindow(settings)).toBe(60);
  expect(longestWindow({ ...settings, window: 90 })).toBe(90);
  expect(longestWindow({ ...settings, customRules: { '/a': false, '/b': { window: 7200, max: 1 } } })).toBe(
    7200,
  );
});
