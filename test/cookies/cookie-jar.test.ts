import { CookieJar } from '../../src/cookies/cookie-jar.js';

const emptyJar = () => new CookieJar(new Map());

test('keeps cookies in the order in which they were set', () => {
  const jar = emptyJar();
  jar.set(['a=1; Path=/', 'b=2']);
  jar.set(['c=3']);
  expect(jar.setCookies).toEqual(['a=1; Path=/', 'b=2', 'c=3']);
});

test('expiring a cookie removes the lines that set it or its chunks', () => {
  const jar = emptyJar();
  jar.set(['token=x; Path=/', 'token2=y', 'data.0=z', 'database=z']);
  jar.expire(['token=; Max-Age=0', 'data=; Max-Age=0']);
  expect(jar.setCookies).toEqual(['token2=y', 'database=z', 'token=; Max-Age=0', 'data=; Max-Age=0']);
});

test('keepLastOfEachCookie removes all but the last line of each cookie', () => {
  const jar = emptyJar();
  jar.set(['a=1', 'b=1', 'a=2', 'c=1', 'b=2']);
  jar.keepLastOfEachCookie();
  expect(jar.setCookies).toEqual(['a=2', 'c=1', 'b=2']);
});

test('one call can set a cookie twice, as the deletion of all session cookies does', () => {
  const jar = emptyJar();
  jar.set(['a=', 'a=', 'b=']);
  expect(jar.setCookies).toEqual(['a=', 'a=', 'b=']);
});

test('valueSet returns the value set last, and undefined for an expired cookie', () => {
  const jar = emptyJar();
  jar.set(['token=x; Path=/', 'token=y; Path=/']);
  expect(jar.valueSet('token')).toBe('y');
  jar.expire(['token=; Max-Age=0']);
  expect(jar.valueSet('token')).toBeUndefined();
});

test('sets is true if the cookie or a chunk of it was set', () => {
  const jar = emptyJar();
  jar.set(['data.0=z']);
  expect([jar.sets('data'), jar.sets('dat')]).toEqual([true, false]);
});
