import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember, aStranger, type Member } from '../setup/people.js';

let gatehouse: Gatehouse;
let ada: Member;

beforeAll(async () => {
  gatehouse = await startGatehouse({ BETTER_AUTH_TRUSTED_ORIGINS: 'https://app.example.com' });
  ada = await aMember(gatehouse);
});

afterAll(() => gatehouse.stop());

const FOREIGN = { origin: 'https://evil.example' };
const OWN = { origin: 'https://app.example.com' };

/** Status and code of a sign-in by somebody who has no cookie yet. */
async function signIn(headers: Record<string, string>, form = false): Promise<unknown[]> {
  const { email, password } = ada;
  const answer = form
    ? await aStranger(gatehouse).post(
        '/api/auth/sign-in/email',
        new URLSearchParams({ email, password }).toString(),
        {
          'content-type': 'application/x-www-form-urlencoded',
          ...headers,
        },
      )
    : await aStranger(gatehouse).post('/api/auth/sign-in/email', { email, password }, headers);
  return [answer.status, answer.json<{ code?: string }>().code];
}

describe.each([
  ['JSON', false],
  ['a form', true],
])('a first sign-in by %s', (_, form) => {
  test('that a page on another site sends the browser to is refused', async () => {
    const navigation = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    for (const origin of [{}, FOREIGN, OWN]) {
      expect(await signIn({ ...navigation, ...origin }, form)).toEqual([
        403,
        'CROSS_SITE_NAVIGATION_LOGIN_BLOCKED',
      ]);
    }
  });

  test('of a browser needs an origin, and a trusted one', async () => {
    expect(await signIn({ 'sec-fetch-mode': 'cors' }, form)).toEqual([403, 'MISSING_OR_NULL_ORIGIN']);
    expect(await signIn({ 'sec-fetch-site': 'same-origin', origin: 'null' }, form)).toEqual([200, undefined]);
    expect(await signIn({ 'sec-fetch-mode': 'cors', origin: 'null' }, form)).toEqual([
      403,
      'MISSING_OR_NULL_ORIGIN',
    ]);
    expect(await signIn({ 'sec-fetch-mode': 'cors', ...FOREIGN }, form)).toEqual([403, 'INVALID_ORIGIN']);
    expect(await signIn({ 'sec-fetch-mode': 'cors', ...OWN }, form)).toEqual([200, undefined]);
  });

  test('of an older browser is refused when it shows a foreign origin', async () => {
    expect(await signIn(FOREIGN, form)).toEqual([403, 'INVALID_ORIGIN']);
    expect(await signIn({ referer: 'https://evil.example/page' }, form)).toEqual([403, 'INVALID_ORIGIN']);
    expect(await signIn({ referer: 'https://app.example.com/page' }, form)).toEqual([200, undefined]);
  });

  test('of a program that is no browser is taken', async () => {
    expect(await signIn({}, form)).toEqual([200, undefined]);
    expect(await signIn({ 'sec-fetch-mode': ' ' }, form)).toEqual([200, undefined]);
  });

  test('with any cookie is the origin check’s matter', async () => {
    expect(await signIn({ cookie: 'theme=dark' }, form)).toEqual([403, 'MISSING_OR_NULL_ORIGIN']);
    expect(await signIn({ cookie: 'theme=dark', ...FOREIGN }, form)).toEqual([403, 'INVALID_ORIGIN']);
  });
});
