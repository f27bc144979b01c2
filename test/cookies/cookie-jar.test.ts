import { CookieJar } from '../../src/cookies/cookie-jar.js';

const emptyJar = () => new CookieJar(new Map());

test('keeps the order in which cookies are set', () => {
  const jar = emptyJar();
  jar.set(['a=1; Path=/', 'b=2']);
  jar.set(['c=3']);
  expect(jar.setCookies).toEqual(['a=1; Path=/', 'b=2', 'c=3']);
});

test('expiring a cookie removes what was set before, chunks included', () => {
  const jar = emptyJar();
  jar.set(['token=x; Path=/', 'token2=y', 'data.0=z', 'database=z']);
  jar.expire(['token=; Max-Age=0', 'data=; Max-Age=0']);
  expect(jar.setCookies).toEqual(['token2=y', 'database=z', 'token=; Max-Age=0', 'data=; Max-Age=0']);
});

test('can keep the last of several lines for one cookie', () => {
  const jar = emptyJar();
  jar.set(['a=1', 'b=1', 'a=2', 'c=1', 'b=2']);
  jar.keepLastOfEachCookie();
  expect(jar.setCookies).toEqual(['a=2', 'c=1', 'b=2']);
});

test('one call may name a cookie twice, as the deletion set does', () => {
  const jar = emptyJar();
  jar.set(['a=', 'a=', 'b=']);
  expect(jar.setCookies).toEqual(['a=', 'a=', 'b=']);
});

test('finds the value that is set last, and none for an expired cookie', () => {
  const jar = emptyJar();
  jar.set(['token=x; Path=/', 'token=y; Path=/']);
  expect(jar.valueSet('token')).toBe('y');
  jar.expire(['token=; Max-Age=0']);
  expect(jar.valueSet('token')).toBeUndefined();
});

test('a cookie counts as set if a chunk of it is set', () => {
  const jar = emptyJar();
  jar.set(['data.0=z']);
  expect([jar.sets('data'), jar.sets('dat')]).toEqual([true, false]);
});
