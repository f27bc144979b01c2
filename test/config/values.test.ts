import { cookieAttributes, cookieOverrides } from '../../src/config/cookie-options.js';
import {
  duration,
  flag,
  flagOr,
  integer,
  list,
  mailUrl,
  nodeEnvironment,
  oneOf,
  postgresUrl,
  publicUrl,
  rateLimitRules,
  redisUrl,
  secret,
  url,
  versionedSecrets,
} from '../../src/config/values.js';

describe('a flag', () => {
  test.each(['true', 'TRUE', '1', 'yes', 'on'])('%s is on', (value) => expect(flag(value)).toBe(true));
  test.each(['false', 'False', '0', 'no', 'off'])('%s is off', (value) => expect(flag(value)).toBe(false));
  test.each(['tru', '2', ' true', 'enabled'])('%j is refused', (value) =>
    expect(() => flag(value)).toThrow('true or false'),
  );
});

describe('a whole number', () => {
  const port = integer(0, 65535);

  test('accepts both ends of its range', () => expect([port('0'), port('65535')]).toEqual([0, 65535]));
  test.each(['65536', '-1', '3000.5', '3e3', '0x10', ' 80', 'eighty', '99999999999999999999'])(
    '%j is refused, and the message names the range',
    (value) => expect(() => port(value)).toThrow('a whole number from 0 to 65535'),
  );
  test('the message names the unit', () =>
    expect(() => integer(1, 60, 'seconds')('61')).toThrow('a whole number of seconds from 1 to 60'));
});

test('a choice distinguishes case, and the message lists the alternatives', () => {
  const level = oneOf('info', 'debug');
  expect(level('debug')).toBe('debug');
  expect(() => level('Debug')).toThrow('one of info, debug');
});

test('a list is split at commas, without spaces around items and without empty items', () =>
  expect(list(' https://a.example , ,https://*.b.example,')).toEqual([
    'https://a.example',
    'https://*.b.example',
  ]));

describe('a PostgreSQL URL', () => {
  test.each(['postgres://localhost/app', 'postgresql://u:p%40ss@[::1]:6432/app'])(
    '%s is accepted unchanged',
    (value) => expect(postgresUrl(value)).toBe(value),
  );

  test('with sslmode=require, as Neon provides it, gets verify-full, which is how the driver treats it', () =>
    expect(postgresUrl('postgresql://u:p@ep-x.us-east-1.aws.neon.tech/db?sslmode=require&a=b')).toBe(
      'postgresql://u:p@ep-x.us-east-1.aws.neon.tech/db?sslmode=verify-full&a=b',
    ));

  test.each(['sslmode=disable', 'sslmode=no-verify', 'uselibpqcompat=true&sslmode=require'])(
    'with %s is accepted unchanged',
    (query) => expect(postgresUrl(`postgresql://h/db?${query}`)).toBe(`postgresql://h/db?${query}`),
  );

  test.each([
    'mysql://localhost/app',
    'localhost:5432/app',
    'postgresql://',
    'postgresql://local host/app',
    'postgresql://u:p@host:port/app',
    'app',
  ])('%s is refused', (value) => expect(() => postgresUrl(value)).toThrow('a PostgreSQL URL such as'));

  test.each(['postgresql://localhost', 'postgresql://localhost/'])(
    '%s is refused, because it has no database name',
    (value) => expect(() => postgresUrl(value)).toThrow('the database name is missing'),
  );

  test.each(['postgresql://u:%zz@localhost/app', 'postgresql://localhost/%E0%A4%A'])(
    '%s is refused, because a percent sign must be written %%25',
    (value) => expect(() => postgresUrl(value)).toThrow('%25'),
  );

  test('the message does not contain the password', () =>
    expect(() => postgresUrl('mysql://u:sesame-open@localhost/app')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('sesame') }),
    ));
});

describe('the public URL', () => {
  test.each([
    ['https://auth.example.com', 'https://auth.example.com'],
    ['https://auth.example.com/', 'https://auth.example.com'],
    ['https://Auth.Example.com:443/api/auth', 'https://auth.example.com'],
    ['http://localhost:8080/api/auth/', 'http://localhost:8080'],
  ])('%s gives the origin %s', (value, origin) => expect(publicUrl(value)).toBe(origin));

  test.each([
    'auth.example.com',
    'ftp://auth.example.com',
    'https://auth.example.com/elsewhere',
    'https://auth.example.com/?a=b',
    'https://auth.example.com/#top',
    'https://',
  ])('%s is refused', (value) => expect(() => publicUrl(value)).toThrow('an http or https URL'));

  test('with a name and password is refused, and the message does not contain them', () =>
    expect(() => publicUrl('https://ada:sesame@auth.example.com')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('sesame') }),
    ));
});

describe('a secret', () => {
  test('of 32 characters is long enough', () => expect(secret('x'.repeat(32))).toBe('x'.repeat(32)));

  test('of 31 characters is refused, and the message contains its length but not the secret', () => {
    const short = 'sesame-sesame-sesame-sesame-ses';
    expect(() => secret(short)).toThrow('at least 32 characters long, but it has 31');
    expect(() => secret(short)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('sesame') }),
    );
  });
});

describe('versioned secrets', () => {
  const [fresh, old] = ['n'.repeat(32), 'o'.repeat(32)];

  test('keep their order, and a secret may contain a colon', () =>
    expect(versionedSecrets(`2:${fresh}:, 1:${old}`)).toEqual([
      { version: 2, value: `${fresh}:` },
      { version: 1, value: old },
    ]));

  test.each([
    ['', 'no version twice'],
    [`1:${fresh},1:${old}`, 'no version twice'],
    [fresh, 'a list such as 2:newsecret,1:oldsecret'],
    [`v2:${fresh}`, 'a list such as 2:newsecret,1:oldsecret'],
    [`2:${fresh},1:short`, 'at least 32 characters long, but it has 5'],
  ])('%j is refused: %s', (value, fault) => expect(() => versionedSecrets(value)).toThrow(fault));
});

test.each([
  ['900', 900],
  ['15m', 900],
  ['12 h', 43_200],
  ['7d', 604_800],
  ['2w', 1_209_600],
])('the duration %s is %d seconds', (value, seconds) => expect(duration(value)).toBe(seconds));

test.each(['0', '1.5h', '-1m', '15 minutes', '100000w', ''])('the duration %j is refused', (value) =>
  expect(() => duration(value)).toThrow('a time such as 900 (seconds), 15m, 12h or 7d'),
);

test('flagOr accepts a flag or a list', () => {
  const either = flagOr(list);
  expect([either('TRUE'), either('false'), either('/a, /b')]).toEqual([true, false, ['/a', '/b']]);
});

test.each([
  [mailUrl, 'smtps://user:pa%20ss@mail.example.com:465', 'http://mail.example.com'],
  [redisUrl, 'redis://localhost:6379/2', 'localhost:6379'],
  [url, 'https://example.com/error?a=b', 'example.com/error'],
  [url, '/error', 'javascript:alert(1)'],
  [nodeEnvironment, 'staging', 'prod'],
] as const)('accepts the right kind of URL or name and refuses another (%#)', (parse, right, wrong) => {
  expect(parse(right)).toBe(right);
  expect(() => parse(wrong)).toThrow(expect.any(Error));
});

describe('JSON values', () => {
  test('are accepted if they have the right shape', () => {
    expect(cookieAttributes('{"sameSite":"none","secure":true}')).toEqual({ sameSite: 'none', secure: true });
    expect(cookieOverrides('{"session_token":{"name":"sid"}}')).toEqual({ session_token: { name: 'sid' } });
    expect(rateLimitRules('{"/get-session":false,"/x":{"window":1,"max":2}}')).toEqual({
      '/get-session': false,
      '/x': { window: 1, max: 2 },
    });
  });

  test.each([
    [cookieAttributes, '{"secure":"true"}'],
    [cookieAttributes, '{"colour":"red"}'],
    [cookieAttributes, '[]'],
    [cookieAttributes, '{'],
    [cookieOverrides, '{"session_token":"sid"}'],
    [cookieOverrides, '{"session_token":{"attributes":{"path":1}}}'],
    [rateLimitRules, '{"/x":true}'],
    [rateLimitRules, '{"/x":{"window":1}}'],
    [rateLimitRules, 'null'],
  ] as const)('are refused otherwise, and the message contains an example (%#)', (parse, value) =>
    expect(() => parse(value)).toThrow(/^JSON such as \{/),
  );
});
