import {
  fetchDocument,
  routesOf,
  type Media,
  type OpenApi,
  type Route,
} from '../../documentation/document.js';
import { BrowserLikeClient, type Answer } from '../../setup/browser-like-client.js';
import { aMember, bearer, type Member } from '../../setup/people.js';
import { startSocialServer, type SocialServer } from '../../social/social-server.js';
import { LEGACY_SECRET, legacyJwt, WAYS_IN } from './ways-in.js';

let server: SocialServer;
let routes: Route[];
let document: OpenApi;

beforeAll(async () => {
  server = await startSocialServer({
    LEGACY_JWT_SECRET: LEGACY_SECRET,
    EMAIL_VERIFICATION_AUTO_SIGN_IN_AFTER_VERIFICATION: 'true',
    RATE_LIMIT_ENABLED: 'false',
    USER_DELETE_USER_ENABLED: 'true',
  });
  // JWTs of the legacy application are accepted only until its switch-over ends.
  await sql(`insert into gatehouse.switch_over (mode) values ('legacy')`);
  ({ document } = await fetchDocument(server.gatehouse));
  routes = routesOf(document);
});

afterAll(() => server.stop());

afterEach(() => sql('alter table users alter banned set default false'));

const sql = (text: string, values?: unknown[]) =>
  server.gatehouse.database.query<{ token: string }>(text, values);

/** Bans the member, and everybody who signs up from now on. */
async function ban({ id }: Member): Promise<void> {
  await sql('update users set banned = true where id = $1', [id]);
  await sql('alter table users alter banned set default true');
}

/** Counts the new rows of `sessions`, and lists the credentials in the answer. */
async function brought(attempt: () => Promise<Answer>) {
  const tokens = async () => (await sql('select token from sessions')).map(({ token }) => token);
  const before = new Set(await tokens());
  const { setCookies, headers } = await attempt();
  return {
    sessions: (await tokens()).filter((token) => !before.has(token)).length,
    cookies: setCookies.filter((line) => /session_(token|data)=[^;]/.test(line)),
    headers: [headers['set-auth-token'], headers['set-auth-jwt']].filter((value) => value !== undefined),
  };
}

const NOTHING = { sessions: 0, cookies: [], headers: [] };

/** Routes whose answer looks as if it could hold a new session, and why it does not. */
const NO_WAY_IN: Readonly<Record<string, string>> = {
  'POST /api/auth/get-session':
    'is refused unless sessions are extended by POST only; then it is GET get-session',
  'POST /api/auth/callback/{id}': 'sends the browser to GET callback',
  'GET /api/auth/reset-password/{token}': 'sends the browser to the page that asks for the new password',
  'GET /api/auth/delete-user/callback': 'deletes the user of a session',
  'GET /api/auth/error': 'shows an error',
  'GET /api/auth/token': 'makes a JWT of the session that the request names',
  'GET /api/auth/list-sessions': 'lists the sessions that the user has',
  'POST /api/auth/update-session': 'changes the session that the request names',
  'POST /api/auth/get-access-token': 'answers with a token of a provider',
  'POST /api/auth/refresh-token': 'answers with a token of a provider',
};

/** A redirect can carry cookies. A body can hold a session if one of its fields is called like one. */
function canHoldSession({ operation: { responses } }: Route): boolean {
  return '302' in responses || mentionsSession(responses['200']?.content?.['application/json']);
}

function mentionsSession(media: Media | undefined): boolean {
  const seen = new Set<unknown>();
  const visit = (node: unknown): boolean => {
    if (typeof node !== 'object' || node === null || seen.has(node)) return false;
    seen.add(node);
    const { $ref, properties } = node as { $ref?: string; properties?: object };
    if ($ref && visit(document.components.schemas[$ref.split('/').at(-1) ?? ''])) return true;
    if (Object.keys(properties ?? {}).some((name) => /^session$|token$/i.test(name))) return true;
    return Object.values(node).some(visit);
  };
  return visit(media?.schema);
}

test('every route whose answer can hold a session is known here', () => {
  const known = [...Object.keys(WAYS_IN), ...Object.keys(NO_WAY_IN)].toSorted();
  expect(
    routes
      .filter(canHoldSession)
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(known);
});

test.each(Object.entries(WAYS_IN))('%s gives a user a session, and a banned user none', async (_, way) => {
  const member = await aMember(server.gatehouse);
  expect(await brought(() => way(server, member))).toMatchObject({ sessions: 1 });
  await ban(member);
  expect(await brought(() => way(server, member))).toEqual(NOTHING);
});

test('no other route gives a banned user a session, with an earlier session or a legacy JWT', async () => {
  const member = await aMember(server.gatehouse);
  await ban(member);
  for (const route of routes.filter(({ name }) => !(name in WAYS_IN))) {
    const earlier = new BrowserLikeClient(server.gatehouse.origin, true, new Map(member.client.cookies));
    const jwt = bearer(await legacyJwt(member.id));
    const stranger = new BrowserLikeClient(server.gatehouse.origin);
    expect([route.name, await brought(() => route.send(earlier))]).toEqual([route.name, NOTHING]);
    expect([route.name, await brought(() => route.send(stranger, route.example, jwt))]).toEqual([
      route.name,
      NOTHING,
    ]);
  }
});

test('a banned user who comes by a provider for the first time gets no account there', async () => {
  const comeByProvider = WAYS_IN['GET /api/auth/callback/{id}'];
  if (!comeByProvider) throw new Error('the callback is no way in any more');
  const member = await aMember(server.gatehouse);
  await ban(member);
  const answer = await comeByProvider(server, member);
  expect(answer.headers.location).toMatch(/^\/out\?error=BANNED_USER&/);
  expect(await sql('select provider_id from accounts where user_id = $1', [member.id])).toEqual([
    { provider_id: 'credential' },
  ]);
});

test('a user who is banned while the password changes gets no session, and nothing is written', async () => {
  const changePassword = WAYS_IN['POST /api/auth/change-password'];
  if (!changePassword) throw new Error('change-password is no way in any more');
  const member = await aMember(server.gatehouse);
  await sql(
    `create function ban_owner() returns trigger language plpgsql as
       $$ begin update users set banned = true where id = old.user_id; return null; end $$;
     create trigger ban_owner after delete on sessions for each row execute function ban_owner()`,
  );
  try {
    let answer: Answer | undefined;
    const outcome = await brought(async () => (answer = await changePassword(server, member)));
    expect(outcome).toEqual(NOTHING);
    expect(answer?.json()).toMatchObject({ code: 'BANNED_USER' });
    expect(await sql('select token from sessions where user_id = $1', [member.id])).toEqual([
      { token: member.token },
    ]);
  } finally {
    await sql('drop function ban_owner() cascade');
  }
});
