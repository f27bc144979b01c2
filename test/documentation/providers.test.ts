import type { Answer } from '../setup/browser-like-client.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { aMember } from '../setup/people.js';
import { startSocialServer, type SocialServer } from '../social/social-server.js';
import { Visitor } from '../social/visitor.js';
import { AnswerCheck, fetchDocument, routesOf, type Route } from './document.js';

let server: SocialServer;
let routes: Route[];
let check: AnswerCheck;

beforeAll(async () => {
  server = await startSocialServer({}, { proven: { requireEmailVerification: true } });
  const { document } = await fetchDocument(server.gatehouse);
  routes = routesOf(document);
  check = new AnswerCheck(document);
});

afterAll(() => server.stop());
afterEach(() => server.reset());

type Recipe = () => Promise<Answer>;

const stranger = () => new BrowserLikeClient(server.gatehouse.origin);
const signIn = (body: object, client = stranger()) => client.post('/api/auth/sign-in/social', body);
const link = async (body: object, email?: string) => {
  const { client } = await aMember(server.gatehouse, email ? { email } : {});
  return client.post('/api/auth/link-social', body);
};
const idToken = async (sub: string, claims = {}) => ({ token: await server.provider.idToken(sub, claims) });
const sql = (text: string) => server.gatehouse.database.query(text);
const evil = 'https://elsewhere.example/';

/** Requests for the errors that sign-in/social and link-social have in common. */
const common = (send: (body: object) => Promise<Answer>): Record<string, Recipe> => ({
  VALIDATION_ERROR: () => send({ provider: 5 }),
  INVALID_CALLBACK_URL: () => send({ provider: 'acme', callbackURL: evil }),
  INVALID_ERROR_CALLBACK_URL: () => send({ provider: 'acme', errorCallbackURL: evil }),
  'Invalid callbackURL: expected a string': () => send({ provider: 'acme', callbackURL: 5 }),
  'Invalid errorCallbackURL: expected a string': () => send({ provider: 'acme', errorCallbackURL: 5 }),
  PROVIDER_NOT_FOUND: () => send({ provider: 'unknown' }),
  ID_TOKEN_NOT_SUPPORTED: () => send({ provider: 'plain', idToken: { token: 'x' } }),
  INVALID_TOKEN: () => send({ provider: 'acme', idToken: { token: 'x' } }),
  FAILED_TO_GET_USER_INFO: async () => send({ provider: 'acme', idToken: await idToken('without-email') }),
});

/** A request for each error, by route and code, or by message if there is no code. */
const RECIPES: Record<string, Record<string, Recipe>> = {
  'POST /api/auth/sign-in/social': {
    ...common(signIn),
    INVALID_NEW_USER_CALLBACK_URL: () => signIn({ provider: 'acme', newUserCallbackURL: evil }),
    'Invalid newUserCallbackURL: expected a string': () =>
      signIn({ provider: 'acme', newUserCallbackURL: 5 }),
    OAUTH_LINK_ERROR: async () => {
      await aMember(server.gatehouse, { email: 'grace@example.com' });
      return signIn({ provider: 'acme', idToken: await idToken('verified') });
    },
    EMAIL_NOT_VERIFIED: async () => signIn({ provider: 'proven', idToken: await idToken('unverified') }),
    BANNED_USER: async () => {
      await new Visitor(server.gatehouse).signIn('acme');
      await sql('update users set banned = true');
      return signIn({ provider: 'acme', idToken: await idToken('verified') });
    },
  },
  'POST /api/auth/link-social': {
    ...common(link),
    LINKING_NOT_ALLOWED: async () => link({ provider: 'acme', idToken: await idToken('unverified') }),
    LINKING_DIFFERENT_EMAILS_NOT_ALLOWED: async () =>
      link({ provider: 'acme', idToken: await idToken('verified') }),
    SOCIAL_ACCOUNT_ALREADY_LINKED: async () => {
      await new Visitor(server.gatehouse).signIn('acme');
      return link({ provider: 'acme', idToken: await idToken('verified') });
    },
    LINKING_FAILED: async () => {
      // A constraint that the migrations do not have makes the insert fail.
      await sql(`alter table accounts add constraint refused check (provider_id <> 'acme')`);
      const answer = await link(
        { provider: 'acme', idToken: await idToken('verified') },
        'grace@example.com',
      );
      await sql('alter table accounts drop constraint refused');
      return answer;
    },
  },
  'GET /api/auth/callback/{id}': {
    VALIDATION_ERROR: () => stranger().get('/api/auth/callback/acme?state=a&state=b'),
  },
  'POST /api/auth/callback/{id}': {
    VALIDATION_ERROR: () => stranger().post('/api/auth/callback/acme', { state: 1 }),
  },
};

/**
 * Errors that this file does not check. test/documentation/answers.test.ts checks them for all routes, except for
 * USER_EMAIL_NOT_FOUND, which no provider of these tests can cause.
 */
const ELSEWHERE = [
  'BAD_REQUEST',
  'UNSUPPORTED_MEDIA_TYPE',
  'PAYLOAD_TOO_LARGE',
  'INVALID_ORIGIN',
  'MISSING_OR_NULL_ORIGIN',
  'UNAUTHORIZED',
  'FAILED_TO_GET_SESSION',
  'USER_EMAIL_NOT_FOUND',
];

test.each(Object.keys(RECIPES))('every documented error of %s can be provoked', async (name) => {
  const route = routes.find((candidate) => candidate.name === name);
  if (!route) throw new Error(`${name} is not documented`);
  const faults: string[] = [];
  const documented = route.errors.filter(([, code]) => code !== '' && !ELSEWHERE.includes(code));
  for (const [status, code] of documented) {
    const answer = await RECIPES[name]?.[code]?.();
    if (!answer) {
      faults.push(`there is no recipe that provokes ${code}`);
      continue;
    }
    const { code: given, message } = answer.json<{ code?: string; message?: string }>();
    if (answer.status !== status || (given ?? message) !== code)
      faults.push(`expected ${code}, got ${answer.status} ${answer.text}`);
    faults.push(...check.faults(route, answer));
    await server.reset();
  }
  expect(faults).toEqual([]);
});

test('successful requests get the documented answers', async () => {
  const visitor = new Visitor(server.gatehouse);
  const back = await visitor.begin('acme');
  const member = await aMember(server.gatehouse, { email: 'mallory@example.com' });
  const [path, query = ''] = back.path.split('?');
  const answers: Record<string, Answer> = {
    'POST /api/auth/sign-in/social': await signIn({ provider: 'acme', idToken: await idToken('verified') }),
    'POST /api/auth/link-social': await member.client.post('/api/auth/link-social', { provider: 'acme' }),
    'POST /api/auth/callback/{id}': await visitor.client.post(path ?? '', query, {
      'content-type': 'application/x-www-form-urlencoded',
    }),
    'GET /api/auth/callback/{id}': await visitor.comeBack(back),
  };
  const faults = routes.flatMap((route) => {
    const answer = answers[route.name];
    return answer ? [String(answer.status), ...check.faults(route, answer)] : [];
  });
  expect(faults.toSorted()).toEqual(['200', '200', '302', '302']);
});
