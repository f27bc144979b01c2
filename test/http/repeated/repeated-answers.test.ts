import type { Answer } from '../../setup/browser-like-client.js';
import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { metric } from '../../setup/metrics.js';
import { aMember, bearer, onAnotherDevice, type Member } from '../../setup/people.js';

const APP = 'http://app.example';
const PATH = '/api/auth/get-session';
let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse({ SESSION_CACHE: 'true', BETTER_AUTH_TRUSTED_ORIGINS: APP });
});

afterAll(() => gatehouse.stop());

const repeatedAnswers = () => metric(gatehouse, 'gatehouse_repeated_answers_total');

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition()));
}

/** Sends get-session until the server repeats a stored answer, and returns that answer. */
async function repeatedTo(member: Member, headers: Record<string, string> = {}): Promise<Answer> {
  for (;;) {
    const before = await repeatedAnswers();
    const answer = await member.client.get(PATH, headers);
    if ((await repeatedAnswers()) > before) return answer;
  }
}

/** The headers, with placeholders for those that differ in every answer. */
const comparableHeaders = ({ headers }: Answer) => ({ ...headers, date: 'some', 'x-request-id': 'some' });

test('a repeated answer is the same as the first, except for its request id', async () => {
  const member = await aMember(gatehouse);
  const first = await member.client.get(PATH);
  const again = await repeatedTo(member);
  expect([again.status, again.text]).toEqual([200, first.text]);
  expect(comparableHeaders(again)).toEqual(comparableHeaders(first));
  expect(again.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(again.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
});

test('users with answers of the same length each get their own JWT', async () => {
  const members = await Promise.all([1, 2, 3].map(() => aMember(gatehouse)));
  for (const member of members) await repeatedTo(member);
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all(members.map((member) => repeatedTo(member)));
    expect(new Set(answers.map(({ headers }) => headers['content-length'])).size).toBe(1);
    for (const { headers, text } of answers) {
      const [, claims = ''] = String(headers['set-auth-jwt']).split('.');
      const { session, user } = JSON.parse(text) as { session: { id: string }; user: { id: string } };
      expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
        sub: user.id,
        sid: session.id,
      });
    }
  }
});

test.each(['Zoë Müller', '日本 🙂'])('a repeated answer contains the name %s unchanged', async (name) => {
  const member = await aMember(gatehouse, { name });
  expect((await repeatedTo(member)).json()).toMatchObject({ user: { name } });
});

test('a repeated answer is logged and counted in the metrics like any other', async () => {
  const member = await aMember(gatehouse);
  const again = await repeatedTo(member);
  const id = String(again.headers['x-request-id']);
  await gatehouse.told(id);
  const line = gatehouse
    .log()
    .split('\n')
    .find((each) => each.includes(id));
  expect(JSON.parse(line ?? '')).toMatchObject({ method: 'GET', route: PATH, status: 200 });
  const { text } = await member.client.get('/metrics');
  const count = /duration_seconds_count\{method="GET",route="\/api\/auth\/get-session",status="200"\} (\d+)/;
  expect(Number(count.exec(text)?.[1])).toBeGreaterThanOrEqual(await repeatedAnswers());
});

test('answers are stored separately for each origin', async () => {
  const member = await aMember(gatehouse);
  const corsOf = ({ headers }: Answer) => headers['access-control-allow-origin'];
  expect(corsOf(await repeatedTo(member))).toBeUndefined();
  expect(corsOf(await member.client.get(PATH, { origin: APP }))).toBe(APP);
  expect(corsOf(await repeatedTo(member, { origin: APP }))).toBe(APP);
  expect(corsOf(await member.client.get(PATH, { origin: 'http://evil.example' }))).toBeUndefined();
});

test.each<[string, (member: Member, other: Member) => Promise<Answer>]>([
  ['an additional bearer token', ({ client }, { token }) => client.get(PATH, bearer(token))],
  ['other cookies', (_, { client }) => client.get(PATH)],
])('a request with %s does not get the stored answer', async (_, ask) => {
  const [member, other] = [await aMember(gatehouse), await aMember(gatehouse)];
  await repeatedTo(member);
  expect((await ask(member, other)).json()).toMatchObject({ user: { id: other.id } });
});

test.each([
  ['another method', { method: 'POST', body: {} }, 405],
  ['another path', { path: '/api/auth/get-session/' }, 404],
])(
  'a request with %s does not get the stored answer',
  async (_, { path = PATH, ...call }: Record<string, unknown> & { path?: string }, status) => {
    const member = await aMember(gatehouse);
    await repeatedTo(member);
    expect((await member.client.call(path, call)).status).toBe(status);
  },
);

test.each<[string, string]>([
  ['was deleted', 'delete from sessions where token = $1'],
  ['has expired', `update sessions set expires_at = now() where token = $1`],
  [
    'belongs to a banned user',
    'update users set banned = true where id = (select user_id from sessions where token = $1)',
  ],
])(
  'an answer is not repeated if another program changed the database so that the session %s',
  async (_, statement) => {
    const member = await aMember(gatehouse);
    await repeatedTo(member);
    await gatehouse.database.query(statement, [member.token]);
    await new Promise((later) => setTimeout(later, 100));
    expect((await member.client.get(PATH)).text).toBe('null');
  },
);

test('the next answer shows a changed user', async () => {
  const member = await aMember(gatehouse);
  for (const name of ['Ada One', 'Ada Two']) {
    await repeatedTo(member);
    await member.client.post('/api/auth/update-user', { name });
    expect((await member.client.get(PATH)).json()).toMatchObject({ user: { name } });
  }
});

test('a stored answer is not repeated when the session is due to be extended', async () => {
  const member = await aMember(gatehouse);
  const expiresIn = async (interval: string) => {
    await gatehouse.database.query('update sessions set expires_at = now() + $2::interval where token = $1', [
      member.token,
      interval,
    ]);
  };
  await expiresIn('6 days 2 seconds');
  await repeatedTo(member);
  await until(async () => (await member.client.get(PATH)).setCookies.length > 0);
  await expiresIn('6 days 1 hour');
  await repeatedTo(member);
});

test('answers of a browser session are repeated too', async () => {
  const member = await onAnotherDevice(gatehouse, await aMember(gatehouse), { rememberMe: false });
  expect((await repeatedTo(member)).setCookies).toEqual([]);
});

test('the rate limit counts a repeated answer once', async () => {
  const limited = await startGatehouse({
    SESSION_CACHE: 'true',
    RATE_LIMIT_ENABLED: 'true',
    RATE_LIMIT_WINDOW: '600',
    RATE_LIMIT_MAX: '20',
  });
  try {
    const member = await aMember(limited);
    const statuses: number[] = [];
    for (let n = 0; n < 25; n += 1) {
      statuses.push((await member.client.get(PATH)).status);
      await new Promise((later) => setTimeout(later, 5));
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(20);
    expect(statuses.slice(20)).toEqual([429, 429, 429, 429, 429]);
    expect(await metric(limited, 'gatehouse_repeated_answers_total')).toBeGreaterThan(5);
  } finally {
    await limited.stop();
  }
});
