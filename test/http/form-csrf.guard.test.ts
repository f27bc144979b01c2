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

/** Signs in without a cookie and returns status and code. */
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
])('a sign-in without cookies, by %s,', (_, form) => {
  test('is refused if a page of another site navigates the browser to it', async () => {
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

  test('from a browser needs a trusted origin', async () => {
    expect(await signIn({ 'sec-fetch-mode': 'cors' }, form)).toEqual([403, 'MISSING_OR_NULL_ORIGIN']);
    expect(await signIn({ 'sec-fetch-site': 'same-origin', origin: 'null' }, form)).toEqual([200, undefined]);
    expect(await signIn({ 'sec-fetch-mode': 'cors', origin: 'null' }, form)).toEqual([
      403,
      'MISSING_OR_NULL_ORIGIN',
    ]);
    expect(await signIn({ 'sec-fetch-mode': 'cors', ...FOREIGN }, form)).toEqual([403, 'INVALID_ORIGIN']);
    expect(await signIn({ 'sec-fetch-mode': 'cors', ...OWN }, form)).toEqual([200, undefined]);
  });

  test('from a browser without Sec-Fetch headers is refused if the origin or referrer is foreign', async () => {
    expect(await signIn(FOREIGN, form)).toEqual([403, 'INVALID_ORIGIN']);
    expect(await signIn({ referer: 'https://evil.example/page' }, form)).toEqual([403, 'INVALID_ORIGIN']);
    expect(await signIn({ referer: 'https://app.example.com/page' }, form)).toEqual([200, undefined]);
  });

  test('from a program that is not a browser is accepted', async () => {
    expect(await signIn({}, form)).toEqual([200, undefined]);
    expect(await signIn({ 'sec-fetch-mode': ' ' }, form)).toEqual([200, undefined]);
  });

  test('gets the errors of the origin check if the request has any cookie', async () => {
    expect(await signIn({ cookie: 'theme=dark' }, form)).toEqual([403, 'MISSING_OR_NULL_ORIGIN']);
    expect(await signIn({ cookie: 'theme=dark', ...FOREIGN }, form)).toEqual([403, 'INVALID_ORIGIN']);
  });
});
