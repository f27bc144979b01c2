import { parseCookies as referenceParse } from 'better-call';
import { decodeCookieValue } from '../../src/cookies/decode-cookie-value.js';
import { parseCookies } from '../../src/cookies/parse-cookies.js';

const entries = (header: string | undefined) => [...parseCookies(header)];

describe('parseCookies', () => {
  it('gives the cookies in their order, not decoded', () => {
    expect(entries('b=1; a=x%3D; c=y=z')).toEqual([
      ['b', '1'],
      ['a', 'x%3D'],
      ['c', 'y=z'],
    ]);
  });

  it('keeps the first of several with one name', () => {
    expect(entries('a=1; b=2; a=3')).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
  });

  it('has nothing where there is no header', () => {
    expect(entries(undefined)).toEqual([]);
    expect(entries('')).toEqual([]);
  });

  it('treats the names of object members as any other', () => {
    const cookies = parseCookies('__proto__=1; constructor=2; toString=3');
    expect([...cookies.keys()]).toEqual(['__proto__', 'constructor', 'toString']);
    expect(cookies.get('hasOwnProperty')).toBeUndefined();
  });

  it.each([
    ';',
    '; a=1',
    ';;;a=1;;',
    'a',
    'a; b=1',
    'a=1; b',
    '=1',
    'a=',
    'a=""',
    'a="quoted"',
    'a="open',
    'a=close"',
    'a="',
    ' a = 1 ; b\t=\t2 ',
    'a=1,b=2',
    'a=%',
    'a=\0; b=\u00ff',
    'a==; =; ==',
  ])('reads %j as better-call does', (header) => {
    expectAsBetterCall(header);
  });

  it('reads anything as better-call does, and never throws', () => {
    const pieces = ['a', 'b', '=', ';', ' ', '"', '%', '%41', '\t', ',', '__proto__', '\u00e9', '='];
    for (let run = 0; run < 5000; run++) {
      const length = Math.floor(Math.random() * 20);
      const header = Array.from({ length }, () => pieces[Math.floor(Math.random() * pieces.length)]).join('');
      expectAsBetterCall(header);
    }
  });

  it('takes a time in proportion to the length', () => {
    const started = performance.now();
    parseCookies(';'.repeat(1_000_000));
    parseCookies(' '.repeat(1_000_000));
    parseCookies('a='.repeat(500_000));
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

function expectAsBetterCall(header: string): void {
  const decoded = entries(header).map(([name, value]) => [name, decodeCookieValue(value)]);
  expect([header, decoded]).toEqual([header, [...referenceParse(header)]]);
}
