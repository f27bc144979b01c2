import { serializeCookie as referenceSerialize } from 'better-call';
import { type CookieAttributes, serializeCookie } from '../../src/cookies/serialize-cookie.js';

describe('serializeCookie', () => {
  it('writes the attributes in the order of the protocol', () => {
    const attributes: CookieAttributes = {
      partitioned: true,
      sameSite: 'none',
      secure: true,
      httpOnly: true,
      expires: new Date(0),
      path: '/',
      domain: 'example.com',
      maxAge: 60,
    };
    expect(serializeCookie('name', 'a=b c', attributes)).toBe(
      'name=a%3Db%20c; Max-Age=60; Domain=example.com; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=None; Partitioned',
    );
  });

  it('returns the same as better-call for random attributes', () => {
    const pick = <T>(...choices: T[]): T | undefined =>
      choices[Math.floor(Math.random() * (choices.length + 1))];
    for (let run = 0; run < 2000; run++) {
      const attributes: CookieAttributes = {
        maxAge: pick(0, 60, 1.5, -1, 34_560_000),
        domain: pick('example.com', ''),
        path: pick('/', '/api', ''),
        expires: pick(new Date(0), new Date(Date.now() + 1000)),
        httpOnly: pick(true, false),
        secure: pick(true, false),
        sameSite: pick('strict', 'lax', 'none'),
        partitioned: pick(true, false),
      };
      const name = pick('__Secure-name', '__secure-name', 'name') ?? 'x';
      const value = pick('', 'a.b+c/d=', 'ñ 😀;,"') ?? 'y';
      expect(serializeCookie(name, value, attributes)).toBe(referenceSerialize(name, value, attributes));
    }
  });

  it('limits Max-Age to 400 days', () => {
    expect(serializeCookie('name', '', { maxAge: 34_560_001 })).toBe('name=; Max-Age=34560000');
  });

  it.each(['', 'a b', 'a;b', 'a=b', 'a\r\nb', 'é', 'a"b', 'a,b'])('refuses the name %j', (name) => {
    expect(() => serializeCookie(name, '')).toThrow(TypeError);
  });

  it('refuses a domain or path that would break the line', () => {
    expect(() => serializeCookie('name', '', { path: '/; Domain=evil.example' })).toThrow(TypeError);
    expect(() => serializeCookie('name', '', { domain: 'a\r\nSet-Cookie: b=c' })).toThrow(TypeError);
  });
});
