import { chooseLocale } from '../../src/mail/accept-language.js';

const AVAILABLE = ['de', 'en', 'es', 'pt-BR', 'zh-Hant'];

it.each([
  [undefined, 'en'],
  ['', 'en'],
  ['de', 'de'],
  ['DE', 'de'],
  ['de-AT', 'de'],
  ['de-Latn-DE-x-private', 'de'],
  ['pt-br', 'pt-BR'],
  ['pt-BR-x-a', 'pt-BR'],
  ['pt', 'en'],
  ['zh-Hant-TW', 'zh-Hant'],
  ['fr, es', 'es'],
  ['es;q=0.5, de;q=0.9', 'de'],
  ['es;q=0.9,de;q=0.9', 'es'],
  ['en;q=0.1, es;q=0.05', 'en'],
  ['fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5', 'en'],
  ['de;q=0, es;q=0.1', 'es'],
  ['de;q=0', 'en'],
  ['de-AT, de;q=0', 'en'],
  ['*', 'en'],
  ['*, de', 'en'],
  ['de ; q = 1', 'en'],
  ['de; q=1 , es', 'de'],
  ['de;q=2', 'en'],
  ['de;q=0.1234, es;q=0.1', 'es'],
  ['de\r\nX: y', 'en'],
  ['../../etc/passwd', 'en'],
  [`${'fr,'.repeat(20)}de`, 'en'],
])('%j selects %s', (header, locale) => {
  expect(chooseLocale(header, AVAILABLE)).toBe(locale);
});

it('takes less than 500 ms for the longest header a server accepts', () => {
  const began = performance.now();
  for (const part of ['-', 'a-', 'de;q=', ' ', 'a,', '-a-'])
    chooseLocale(part.repeat(16_384 / part.length), AVAILABLE);
  expect(performance.now() - began).toBeLessThan(500);
});

test('a million spaces do not stop the server', () => {
  // Two neighbouring `\s*` would try a trillion ways to share the spaces.
  expect(chooseLocale(`es${' '.repeat(1_000_000)}x, de`, ['de', 'en', 'es'])).toBe('de');
});
