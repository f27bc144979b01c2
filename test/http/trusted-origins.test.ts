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
  ])('is trusted as a redirect and stays on this server: %s', (path) => {
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
  ])('is refused where a browser could read another host: %j', (path) => {
    expect(isTrustedRedirect(path, ['https://app.example.com', '*'])).toBe(false);
  });

  it('is never an origin', () => {
    expect(isTrustedOrigin('/dash', ['/dash', '*'])).toBe(false);
  });
});

describe('what is neither a path nor on the list', () => {
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

describe('what the list names', () => {
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
  ])('%s is trusted by %s', (origin, pattern) => {
    expect(isTrustedOrigin(origin, [pattern])).toBe(true);
    expect(isTrustedRedirect(origin, ['https://other.example', pattern])).toBe(true);
  });

  it.each([
    ['an entry with a trailing slash', 'https://app.example.com', 'https://app.example.com/'],
    ['an entry with a path', 'https://app.example.com/x', 'https://app.example.com/x'],
    ['a dot that is meant as a dot', 'https://appXexample.com', 'https://app.exampl?.com'],
    ['a host that only begins like an address', 'https://10.0.0.7.evil.com', '10.0.0.*'],
    ['a host name where an address is meant', 'https://10.evil.com', '10.*'],
    ['a host name where an address is meant, scheme given', 'https://10.evil.com', 'https://10.*'],
    ['two characters for one', 'https://app12.example.com', 'https://app?.example.com'],
    ['no character for one', 'https://app.example.com', 'https://app?.example.com'],
  ])('%s is not matched: %s by %s', (_, origin, pattern) => {
    expect(isTrustedOrigin(origin, [pattern])).toBe(false);
  });
});

describe('schemes of apps', () => {
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
  ])('%s is trusted by %s', (target, pattern) => {
    expect(isTrustedOrigin(target, [pattern])).toBe(true);
  });

  it.each([
    ['another scheme', 'otherapp://callback', 'myapp://'],
    ['a scheme that begins alike', 'myapp2://callback', 'myapp://'],
    ['another authority', 'myapp://evil', 'myapp://callback'],
    ['an authority that begins alike', 'myapp://callback.evil', 'myapp://callback'],
    ['a sibling path', 'myapp://callback/ab', 'myapp://callback/a'],
    ['a path that climbs out', 'myapp://callback/a/../b', 'myapp://callback/a'],
    ['a path that climbs out, encoded', 'myapp://callback/a/%2e%2e/b', 'myapp://callback/a'],
    ['a user in front of the host', 'exp://10.0.0.7@evil.com/', 'exp://10.0.0.*'],
    ['a host name where an address is meant', 'exp://10.evil.com/', 'exp://10.*'],
    ['control characters', 'myapp://callback\n', 'myapp://'],
    ['script', 'javascript:alert(1)', 'myapp://'],
  ])('%s is not matched: %j by %s', (_, target, pattern) => {
    expect(isTrustedOrigin(target, [pattern])).toBe(false);
  });
});

test('nothing is trusted by an empty list', () => {
  expect(isTrustedOrigin('https://app.example.com', [])).toBe(false);
});
