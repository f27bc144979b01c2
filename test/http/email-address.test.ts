import { isEmailAddress } from '../../src/http/email-address.js';

test.each([
  'a@b.co',
  'ada@example.com',
  'Ada.Lovelace+tag@Sub.Example.COM',
  "o'brien@example.com",
  '_@example.com',
  'a-b@ex-ample.com',
  '1@2.com',
  `${'a'.repeat(500)}@example.com`,
])('accepts %s', (text) => {
  expect(isEmailAddress(text)).toBe(true);
});

test.each([
  '',
  'a',
  '@example.com',
  'a@',
  'a@b',
  'a@example',
  'a@example.c',
  'a@example.c0m',
  'a@-example.com',
  'a@.com',
  'a@example..com',
  'a..b@example.com',
  '.a@example.com',
  'a.@example.com',
  "a'@example.com",
  'a b@example.com',
  ' a@example.com',
  'a@example.com ',
  'a@example.com\n',
  'a\0@example.com',
  '"a"@example.com',
  'ä@example.com',
  'a@exämple.com',
  'a@[127.0.0.1]',
  'a@b@example.com',
  'a,b@example.com',
])('refuses %j', (text) => {
  expect(isEmailAddress(text)).toBe(false);
});

test.each([
  ['a host of a million labels', `a@${'a.'.repeat(1_000_000)}1`],
  ['two million letters', 'a'.repeat(2_000_000)],
  ['a million dots and letters', `${'a.'.repeat(1_000_000)}@`],
])('judges %s in less than 1 s', (_, text) => {
  const start = performance.now();
  expect(isEmailAddress(text)).toBe(false);
  expect(performance.now() - start).toBeLessThan(1000);
});
