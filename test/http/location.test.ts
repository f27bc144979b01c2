import { locationOf } from '../../src/http/location.js';

test.each(['/dash?x=1&y=%20a#z', 'https://app.example.com/', 'myapp://callback', '/a b'])(
  'ASCII characters stay unchanged: %s',
  (target) => {
    expect(locationOf(target)).toBe(target);
  },
);

test('control characters and other characters are percent-encoded', () => {
  expect(locationOf('/ü/日本?q=é')).toBe('/%C3%BC/%E6%97%A5%E6%9C%AC?q=%C3%A9');
  expect(locationOf('/\r\nset-cookie: a=b')).toBe('/%0D%0Aset-cookie: a=b');
  expect(locationOf('/\ud800')).toBe('/%EF%BF%BD');
});
