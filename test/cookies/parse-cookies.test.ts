import { parseCookies as referenceParse } from 'better-call';
import { decodeCookieValue } from '../../src/cookies/decode-cookie-value.js';
import { parseCookies } from '../../src/cookies/parse-cookies.js';

const entries = (header: string | undefined) => [...parseCookies(header)];

describe('parseCookies', () => {
  it('returns the cookies in order, without decoding them', () => {
    expect(entries('b=1; a=x%3D; c=y=z')).toEqual([
      ['b', '1'],
      ['a', 'x%3D'],
      ['c', 'y=z'],
    ]);
  });

  it('keeps the first of several cookies with the same name', () => {
    expect(entries('a=1; b=2; a=3')).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
  });

  it('returns nothing for a missing or empty header', () => {
    expect(entries(undefined)).toEqual([]);
    expect(entries('')).toEqual([]);
  });

  it('treats names of Object.prototype like any other', () => {
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
  ])('reads %j like better-call', (header) => {
    expectSameAsBetterCall(header);
  });

  it('reads random headers like better-call, and never throws', () => {
    const pieces = ['a', 'b', '=', ';', ' ', '"', '%', '%41', '\t', ',', '__proto__', '\u00e9', '='];
    for (let run = 0; run < 5000; run++) {
      const length = Math.floor(Math.random() * 20);
      const header = Array.from({ length }, () => pieces[Math.floor(Math.random() * pieces.length)]).join('');
      expectSameAsBetterCall(header);
    }
  });

  it('takes time proportional to the length of the header', () => {
    const started = performance.now();
    parseCookies(';'.repeat(1_000_000));
    parseCookies(' '.repeat(1_000_000));
    parseCookies('a='.repeat(500_000));
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

function expectSameAsBetterCall(header: string): void {
  const decoded = entries(header).map(([name, value]) => [name, decodeCookieValue(value)]);
  expect([header, decoded]).toEqual([header, [...referenceParse(header)]]);
}
