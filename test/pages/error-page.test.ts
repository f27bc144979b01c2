import { addParameters, errorCode, errorPage, escapeHtml } from '../../src/pages/error-page.js';

test.each(['UNKNOWN', 'state_mismatch', 'INVALID-TOKEN', 'a1'])('accepts %s as an error code', (code) => {
  expect(errorCode(code)).toBe(code);
});

test('escapes an apostrophe in a code on the page', () => {
  expect(errorCode("email_doesn't_match")).toBe("email_doesn't_match");
  expect(errorPage("email_doesn't_match", '')).toContain('<code>email_doesn&#39;t_match</code>');
});

test.each([
  ['/', '/?error=a%26b'],
  ['/oops?x=1', '/oops?x=1&error=a%26b'],
  ['/oops?x=1&', '/oops?x=1&error=a%26b'],
  ['/oops#there', '/oops?error=a%26b#there'],
  ['https://app.example.com', 'https://app.example.com/?error=a%26b'],
  ['https://app.example.com/oops?x=%20y#z', 'https://app.example.com/oops?x=%20y&error=a%26b#z'],
  ['myapp://oops', 'myapp://oops?error=a%26b'],
])('adds parameters to %s', (page, expected) => {
  expect(addParameters(page, new URLSearchParams({ error: 'a&b' }))).toBe(expected);
});

test.each([
  undefined,
  '',
  '<script>alert(1)</script>',
  '"><img src=x onerror=1>',
  'a b',
  'a\nb',
  'a\n',
  '&lt;',
  'javascript:alert(1)',
  'é',
])('does not accept %j as an error code', (text) => {
  expect(errorCode(text)).toBe('UNKNOWN');
});

test('escapes text once, and keeps entities', () => {
  expect(escapeHtml(`<a href="x" title='y'>Tom & Jerry</a>`)).toBe(
    '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;Tom &amp; Jerry&lt;/a&gt;',
  );
  expect(escapeHtml('&lt;b&gt; &amp; &#39; &#x27; &')).toBe('&lt;b&gt; &amp; &#39; &#x27; &amp;');
});

test('the page shows the code and links to its documentation', () => {
  const page = errorPage('state_mismatch', 'Something.');
  expect(page).toContain('Something went wrong');
  expect(page).toContain('CODE: <code>state_mismatch</code>');
  expect(page).toContain('href="https://better-auth.com/docs/reference/errors/state_mismatch"');
  expect(page).toContain('<a href="/">Go Home</a>');
});
