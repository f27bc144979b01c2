import type { Dice } from './dice.js';

/** Texts on which programs fail: control and odd characters, other languages, paths, headers, code, and very long ones. */
const TEXTS: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\udfff\ud83d',
  'é\u0301\u202e\u200b\ufeff',
  '💥'.repeat(60),
  'x'.repeat(300),
  'x'.repeat(40_000),
  'İıſK@example.com',
  'ada@exämple.com',
  "' or 1=1; drop table users --",
  '${7*7}{{7*7}}',
  '$1',
  '../../../etc/passwd',
  '<script>alert(1)</script>',
  '%00%0d%0aset-cookie:%20a=b',
  '\r\nx-injected: yes\r\n\r\n',
  '//evil.example',
  '/\\evil.example',
  'https://evil.example/callback?x=1#y',
  'javascript:alert(1)',
  '9'.repeat(400),
  '-1',
  '1e309',
  'NaN',
  'null',
  '__proto__',
  'constructor',
  '2026-13-45T99:99:99Z',
  'eyJhbGciOiJub25lIn0.e30.',
  'eyJhbGciOiJFUzI1NiIsImtpZCI6Ii4uLy4uLyJ9.e30.AAAA',
  '$2b$31$' + 'x'.repeat(53),
];

const OTHER_VALUES: readonly unknown[] = [null, true, false, 0, -0, -1, 1.5, 1e308, 2 ** 53, 12_345_678_901];

const NAMES: readonly string[] = [
  'id',
  'userId',
  'name',
  'email',
  'password',
  'token',
  'role',
  'banned',
  'emailVerified',
  'createdAt',
  'callbackURL',
  'redirectTo',
  'state',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  'a.b[c]',
  '$where',
  'x'.repeat(2000),
];

export const strangeText = (dice: Dice): string => dice.one(TEXTS);
export const strangeName = (dice: Dice): string => dice.one(NAMES);

/** @param known values that exist on the server, such as ids and e-mails of other users */
export function strangeValue(dice: Dice, known: readonly string[], depth = 0): unknown {
  if (depth < 3 && dice.chance(0.12)) return strangeObject(dice, known, depth + 1);
  if (depth < 3 && dice.chance(0.1))
    return Array.from({ length: dice.below(4) }, () => strangeValue(dice, known, depth + 1));
  if (dice.chance(0.3)) return dice.one(known);
  return dice.chance(0.6) ? strangeText(dice) : dice.one(OTHER_VALUES);
}

export function strangeObject(dice: Dice, known: readonly string[], depth = 0): Record<string, unknown> {
  const entries = Array.from({ length: dice.below(6) }, () => [
    strangeName(dice),
    strangeValue(dice, known, depth),
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** Bytes that are not JSON, or JSON that is hard to read. */
export function strangeBytes(dice: Dice, text: string): Buffer | string {
  return dice.one<() => Buffer | string>([
    () => text.slice(0, dice.below(text.length + 1)),
    () => `${text}${text}`,
    () => `\ufeff${text}`,
    () => text.replace('{', '{"__proto__":{"admin":true},'),
    () => text.replace(/"([^"]*)":/, '"$1":null,"$1":'),
    () => text.replace(/"[^"]*"(?=[,}])/, '"\\ud800\\u0000"'),
    () => text.replace(/"[^"]*"(?=[,}])/, '1e999'),
    () => '['.repeat(20_000),
    () => `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
    () => Buffer.from(text, 'utf16le'),
    () => Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0xc0, 0x80, 0x22, 0x3a, 0x31, 0x7d]),
    () => Buffer.alloc(2000, 0),
    () => `{"name":"${'x'.repeat(3_000_000)}"}`,
    () => strangeText(dice),
    () => '',
  ])();
}
