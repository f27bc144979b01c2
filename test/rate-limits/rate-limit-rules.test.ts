import '../../src/features/jwt/password.controller.js';
import { ACCOUNT_RATE_LIMITS } from '../../src/accounts/account-rate-limits.js';
import type { Config } from '../../src/config/config.js';
import { RateLimitRules } from '../../src/rate-limits/rate-limit-rules.js';

const settings = {
  enabled: true,
  window: 10,
  max: 100,
  modelName: undefined,
  storage: undefined,
  customRules: {},
};

type CustomRules = Pick<Config['rateLimit'], 'customRules'>;

/** Returns rules that include those of accounts. */
function rulesWith(given: typeof settings | (Omit<typeof settings, 'customRules'> & CustomRules)) {
  const rules = new RateLimitRules({ rateLimit: given, functions: {} });
  rules.add(ACCOUNT_RATE_LIMITS);
  return rules;
}

const ruleFor = (path: string, given: Parameters<typeof rulesWith>[0]) => rulesWith(given).ruleFor(path);
const longestWindow = (given: Parameters<typeof rulesWith>[0]) => rulesWith(given).longestWindow;

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

test('the first configured rule that matches replaces the built-in one', () => {
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

test('login counts as sign-in/email and register as sign-up/email, unless they have their own rules', () => {
  expect(ruleFor('/login', settings)).toEqual({ rule: { window: 10, max: 3 }, path: '/sign-in/email' });
  expect(ruleFor('/register', settings)).toEqual({ rule: { window: 10, max: 3 }, path: '/sign-up/email' });
  const own = { window: 5, max: 5 };
  expect(ruleFor('/login', { ...settings, customRules: { '/login': own } })).toEqual({
    rule: own,
    path: '/login',
  });
  expect(ruleFor('/login', { ...settings, customRules: { '/sign-in/*': false } })).toBeUndefined();
});

test('the longest window is the longest of all rules', () => {
  expect(longestWindow(settings)).toBe(60);
  expect(longestWindow({ ...settings, window: 90 })).toBe(90);
  expect(longestWindow({ ...settings, customRules: { '/a': false, '/b': { window: 7200, max: 1 } } })).toBe(
    7200,
  );
});

test('a rule for a path wins over a rule for a prefix, and a longer prefix over a shorter one', () => {
  const rules = rulesWith(settings);
  rules.add([
    { path: '/sign-in/key', window: 1, max: 1 },
    { beginsWith: '/sign-in/device', window: 2, max: 2 },
  ]);
  expect(rules.ruleFor('/sign-in/key')?.rule).toEqual({ window: 1, max: 1 });
  expect(rules.ruleFor('/sign-in/device/x')?.rule).toEqual({ window: 2, max: 2 });
  expect(rules.ruleFor('/sign-in/keys')?.rule).toEqual({ window: 10, max: 3 });
});

test('refuses two rules for one path', () => {
  expect(() => rulesWith(settings).add([{ beginsWith: '/sign-in', window: 1, max: 1 }])).toThrow(
    'There are two rate-limit rules for /sign-in.',
  );
});
