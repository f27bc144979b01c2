import { isTrustedOrigin, isTrustedRedirect } from '../../src/http/trusted-origins.js';

const TRUSTED = ['https://app.example.com', '*.wild.example.com', 'https://*.https.example.com'];

describe('a path on this server', () => {
  it.each([
    '/',
    '/dash',
    '/dash?x=1&y=%20a',
    '/a//b',
    '/a/../b',
    '/dash#top',
    '/a b',
    '/ü',
    '/?x=1?y',
    '/a?x=a:b',
    '/a?next=https://evil.example',
    '/a?next=%2f%2fevil.example',
    '/a#//evil.example',
  ])('is a trusted redirect target that stays on this server: %s', (path) => {
    expect(isTrustedRedirect(path, [])).toBe(true);
    expect(new URL(path, 'https://app.example.com').origin).toBe('https://app.example.com');
  });

  it.each([
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '/%2fevil.example',
    '/%2Fevil.example',
    '/%5cevil.example',
    '/%5Cevil.example',
    '/a/%2f/evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/\r\nlocation: https://evil.example',
    '/\u0000',
    '/a\\b',
    '/..//evil.example',
    '/.//evil.example',
    '/a/..//evil.example',
    '/%2e%2e//evil.example',
    '/./..//evil.example/x?y#z',
    `/${'a'.repeat(2048)}`,
    `/${'日'.repeat(250)}`,
  ])('is refused if a browser could read another host in it: %j', (path) => {
    expect(isTrustedRedirect(path, ['https://app.example.com', '*'])).toBe(false);
  });

  it('is never a trusted origin', () => {
    expect(isTrustedOrigin('/dash', ['/dash', '*'])).toBe(false);
  });
});

describe('a target that is neither a path nor in the list', () => {
  it.each([
    'evil.example',
    '\\/evil.example',
    'https:evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    ' https://app.example.com.evil.com',
    '',
    'https://',
    'https://app.example.com.evil.com',
    'https://app.example.com@evil.com',
    'https://evil.com/app.example.com',
    'https://evil.com/https://app.example.com',
    'https://evil.com?x=.wild.example.com',
    'https://evil.com/.wild.example.com',
    'https://evil.com#.wild.example.com',
    'https://evil.com\\.wild.example.com',
    'https://evil.com/a.https.example.com',
    'https://xwild.example.com',
    'https://wild.example.com',
    'https://a.wild.example.com:8443',
    'https://a.wild.example.com.evil.com',
    'http://a.https.example.com',
    'https://https.example.com',
    'http://app.example.com',
    'https://app.example.com:444',
    'https://APP.example.com.evil.com',
    'myapp://app.example.com',
  ])('is refused: %j', (target) => {
    expect(isTrustedOrigin(target, TRUSTED)).toBe(false);
    expect(isTrustedRedirect(target, TRUSTED)).toBe(false);
  });
});

describe('a URL that is code or a file', () => {
  it.each([
    'javascript://a.wild.example.com/%0aalert(1)',
    ' javascript://a.wild.example.com/%0aalert(1)',
    'java\tscript://a.wild.example.com/%0aalert(1)',
    'JavaScript://a.wild.example.com/%0aalert(1)',
    'data://a.wild.example.com/,x',
    'vbscript://a.wild.example.com/x',
    'file://a.wild.example.com/x',
    'filesystem://a.wild.example.com/x',
    'view-source://a.wild.example.com/x',
  ])('is refused behind a pattern of hosts: %j', (target) => {
    for (const pattern of ['*.wild.example.com', '*', '?.wild.example.com']) {
      expect(isTrustedOrigin(target, [pattern])).toBe(false);
      expect(isTrustedRedirect(target, [pattern])).toBe(false);
    }
  });

  it('is refused even behind a pattern of its own scheme', () => {
    for (const scheme of ['javascript', 'data', 'vbscript'])
      expect(isTrustedRedirect(`${scheme}://x/%0aalert(1)`, [`${scheme}://`, `${scheme}://*`])).toBe(false);
  });
});

describe('entries of the list', () => {
  it.each([
    ['https://app.example.com', 'https://app.example.com'],
    ['https://APP.Example.com', 'https://app.example.com'],
    ['https://app.example.com:443/any/path?x=1#y', 'https://app.example.com'],
    ['https://a.wild.example.com', '*.wild.example.com'],
    ['http://a.b.wild.example.com/path', '*.wild.example.com'],
    ['https://a.wild.example.com:8443', '*.wild.example.com:8443'],
    ['https://a.https.example.com', 'https://*.https.example.com'],
    ['https://a.b.https.example.com', 'https://**.https.example.com'],
    ['https://app1.example.com', 'https://app?.example.com'],
    ['https://10.0.0.7', '10.0.0.*'],
    ['http://10.0.0.7:3000', 'http://10.0.0.*:3000'],
    ['http://[2001:db8::1]:3000', 'http://[2001:db8::1]:3000'],
  ])('%s is trusted because of %s', (origin, pattern) => {
    expect(isTrustedOrigin(origin, [pattern])).toBe(true);
    expect(isTrustedRedirect(origin, ['https://other.example', pattern])).toBe(true);
  });

  it.each([
    ['an entry with a trailing slash', 'https://app.example.com', 'https://app.example.com/'],
    ['an entry with a path', 'https://app.example.com/x', 'https://app.example.com/x'],
    ['another character for a dot', 'https://appXexample.com', 'https://app.exampl?.com'],
    ['a host name that begins like an address', 'https://10.0.0.7.evil.com', '10.0.0.*'],
    ['a host name for a pattern of addresses', 'https://10.evil.com', '10.*'],
    ['a host name for a pattern of addresses with a scheme', 'https://10.evil.com', 'https://10.*'],
    ['two characters for a question mark', 'https://app12.example.com', 'https://app?.example.com'],
    ['no character for a question mark', 'https://app.example.com', 'https://app?.example.com'],
  ])('%s does not match: %s with %s', (_, origin, pattern) => {
    expect(isTrustedOrigin(origin, [pattern])).toBe(false);
  });
});

describe('entries with the scheme of an app', () => {
  it.each([
    ['myapp://', 'myapp://'],
    ['myapp://callback/path', 'myapp://'],
    ['MyApp://callback', 'myapp://'],
    ['myapp://callback', 'myapp://callback'],
    ['myapp://CallBack', 'myapp://callback'],
    ['myapp://callback/a/b', 'myapp://callback/a'],
    ['myapp://callback/a?x=1', 'myapp://callback/a'],
    ['myapp:/path', 'myapp:'],
    ['exp://10.0.0.7:8081/--/', 'exp://10.0.0.*:*/*'],
    ['exp://192.168.1.1:8081', 'exp://*'],
  ])('%s is trusted because of %s', (target, pattern) => {
    expect(isTrustedOrigin(target, [pattern])).toBe(true);
  });

  it.each([
    ['another scheme', 'otherapp://callback', 'myapp://'],
    ['a scheme with the same beginning', 'myapp2://callback', 'myapp://'],
    ['another authority', 'myapp://evil', 'myapp://callback'],
    ['an authority with the same beginning', 'myapp://callback.evil', 'myapp://callback'],
    ['a sibling path', 'myapp://callback/ab', 'myapp://callback/a'],
    ['a path that leaves the folder', 'myapp://callback/a/../b', 'myapp://callback/a'],
    ['an encoded path that leaves the folder', 'myapp://callback/a/%2e%2e/b', 'myapp://callback/a'],
    ['a user in front of the host', 'exp://10.0.0.7@evil.com/', 'exp://10.0.0.*'],
    ['a host name for a pattern of addresses', 'exp://10.evil.com/', 'exp://10.*'],
    ['control characters', 'myapp://callback\n', 'myapp://'],
    ['script', 'javascript:alert(1)', 'myapp://'],
  ])('%s does not match: %j with %s', (_, target, pattern) => {
    expect(isTrustedOrigin(target, [pattern])).toBe(false);
  });
});

test('an empty list trusts nothing', () => {
  expect(isTrustedOrigin('https://app.example.com', [])).toBe(false);
});
