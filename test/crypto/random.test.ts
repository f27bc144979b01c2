import { ALPHANUMERIC, LOWERCASE_ALPHANUMERIC, randomToken, URL_SAFE } from '../../src/crypto/random.js';

describe('randomToken', () => {
  it('returns the requested number of characters, all from the alphabet', () => {
    for (const length of [0, 1, 24, 32, 128, 1000]) {
      expect(randomToken(length)).toMatch(new RegExp(`^[a-zA-Z0-9]{${length}}$`));
    }
    expect(randomToken(128, URL_SAFE)).toMatch(/^[a-zA-Z0-9_-]{128}$/);
    expect(randomToken(32, LOWERCASE_ALPHANUMERIC)).toMatch(/^[a-z0-9]{32}$/);
  });

  it('returns 1000 different tokens', () => {
    expect(new Set(Array.from({ length: 1000 }, () => randomToken(32))).size).toBe(1000);
  });

  it('returns every character equally often', () => {
    const count = new Map<string, number>();
    for (const character of randomToken(620_000)) count.set(character, (count.get(character) ?? 0) + 1);
    expect(count.size).toBe(ALPHANUMERIC.length);
    // Chi-squared with 61 degrees of freedom exceeds 130 once in a million runs. A plain modulo gives over 10,000.
    const chiSquared = [...count.values()].reduce((sum, seen) => sum + (seen - 10_000) ** 2 / 10_000, 0);
    expect(chiSquared).toBeLessThan(130);
  });

  it('refuses an alphabet of 1 character or of more than 256', () => {
    expect(() => randomToken(1, 'a')).toThrow(RangeError);
    expect(() => randomToken(1, 'a'.repeat(257))).toThrow(RangeError);
  });
});
