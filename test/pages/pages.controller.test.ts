import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aStranger } from '../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse();
});

afterAll(() => gatehouse.stop());

const error = (query: string, on = gatehouse) => aStranger(on).get(`/api/auth/error${query}`);

test('GET /ok answers {"ok":true}', async () => {
  const answer = await aStranger(gatehouse).get('/api/auth/ok');
  expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([
    200,
    '{"ok":true}',
    'application/json',
  ]);
});

test('GET /error answers with a page that shows the code and the description', async () => {
  const answer = await error('?error=state_mismatch&error_description=The%20state%20is%20gone');
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/html']);
  expect(answer.text).toContain('CODE: <code>state_mismatch</code>');
  expect(answer.text).toContain('<p>The state is gone</p>');
});

test.each([
  '',
  '?error=',
  '?error=%3Cscript%3Ealert(1)%3C/script%3E',
  '?error=%22%3E%3Cimg%20src=x%20onerror=1%3E',
  '?error=%zz',
  '?error=a&error=b',
])('shows nothing from the URL except a valid code: %s', async (query) => {
  const { status, text } = await error(query);
  expect(status).toBe(200);
  expect(text).toMatch(/CODE: <code>(UNKNOWN|a)<\/code>/);
  expect(text).not.toMatch(/<script|<img|onerror/);
});

test('escapes HTML in the description', async () => {
  const { text } = await error(
    `?error_description=${encodeURIComponent('<img src=x onerror="alert(1)"> &lt; &')}`,
  );
  expect(text).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &lt; &amp;');
  expect(text).not.toContain('<img');
});

test('redirects to the front end in production', async () => {
  const production = await startGatehouse({
    NODE_ENV: 'production',
    BETTER_AUTH_URL: 'https://auth.example.com',
  });
  const answer = await error('?error=%3Cscript%3E&error_description=a%0d%0ab', production);
  expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([302, '', undefined]);
  expect(answer.headers['referrer-policy']).toBe('no-referrer');
  expect(answer.headers.location).toBe('/?error=UNKNOWN&error_description=a%0D%0Ab');
  await production.stop();
});
