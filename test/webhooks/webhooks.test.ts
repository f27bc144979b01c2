import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember } from '../setup/people.js';
import { runToEnd } from '../setup/run-to-end.js';
import { until } from '../mail/support.js';

const NEW = `whsec_${Buffer.from('the new secret of the receiver, 32 bytes').toString('base64')}`;
const OLD = `whsec_${Buffer.from('the old secret of the receiver, 32 bytes').toString('base64')}`;

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Message {
  readonly type: string;
  readonly timestamp: string;
  readonly data: { readonly id: number; readonly subject: string; readonly reason: string };
}

let receiver: Server;
let gatehouse: Gatehouse;
let received: Received[] = [];
let status = 204;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    void (async () => {
      received.push({ headers: request.headers, body: await text(request) });
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    })();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const { port } = receiver.address() as AddressInfo;
  gatehouse = await startGatehouse({
    WEBHOOK_URL: `http://127.0.0.1:${port}/hooks`,
    WEBHOOK_SECRET: `${NEW},${OLD}`,
    WEBHOOK_EVENTS: 'user.*,session.created',
  });
});

beforeEach(() => {
  received = [];
  status = 204;
});

afterAll(async () => {
  await gatehouse.stop();
  receiver.close();
});

const messages = () => received.map(({ body }) => JSON.parse(body) as Message);
const about = (id: string) => messages().filter(({ data }) => data.subject === id);

const waiting = () =>
  gatehouse.database.query<{
    id: string;
    attempts: number;
    next_attempt_at: Date | null;
    last_error: string;
  }>('select * from gatehouse.webhooks order by created_at, id');

const command = (...words: string[]) =>
  runToEnd('dist/src/commands/webhooks.js', {
    environment: { DATABASE_URL: gatehouse.database.url },
    arguments: words,
  });

test('a library for Standard Webhooks verifies each message, with the new secret and the old one', async () => {
  const ada = await aMember(gatehouse);
  await until(() => about(ada.id).length === 2, 'the messages');
  expect(
    about(ada.id)
      .map(({ type }) => type)
      .toSorted(),
  ).toEqual(['session.created', 'user.created']);
  for (const { headers, body } of received) {
    for (const secret of [NEW, OLD])
      expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual(JSON.parse(body));
    expect(() => new Webhook(NEW).verify(`${body} `, headers as Record<string, string>)).toThrow();
  }
  const [{ data, timestamp } = {} as Message] = about(ada.id);
  expect(data).toMatchObject({ actor: ada.id, reason: 'sign-up/email' });
  expect(new Date(timestamp).toISOString()).toBe(timestamp);
  await until(async () => (await waiting()).length === 0, 'an empty table');
});

test('a message has no token, hash or secret, and only wanted events are sent', async () => {
  const ada = await aMember(gatehouse);
  await until(() => about(ada.id).length === 2, 'the messages');
  const [account] = await gatehouse.database.query<{ password: string }>(
    'select password from accounts where user_id = $1',
    [ada.id],
  );
  const all = JSON.stringify(received);
  for (const secret of [ada.token, ada.password, account?.password ?? '', NEW, OLD])
    expect(all).not.toContain(secret);
  expect(all).not.toContain('account.linked');
});

test('what psql changes is sent too', async () => {
  const ada = await aMember(gatehouse);
  await gatehouse.database.query('update users set banned = true where id = $1', [ada.id]);
  await until(() => about(ada.id).length === 3, 'the messages');
  expect(about(ada.id).map(({ type }) => type)).toContain('user.banned');
});

test('a refused message is sent again with the same id, and a redirect is not followed', async () => {
  status = 500;
  const ada = await aMember(gatehouse);
  await until(() => about(ada.id).length >= 2, 'the attempts');
  status = 302;
  await until(() => about(ada.id).length >= 4, 'further attempts');
  status = 204;
  await until(async () => (await waiting()).length === 0, 'an empty table');
  const ids = new Set(received.map(({ headers }) => headers['webhook-id']));
  expect(ids.size).toBe(2);
  expect(received.length).toBeGreaterThanOrEqual(6);
});

test('events that were given up are listed, and sent again on demand', async () => {
  status = 410;
  const ada = await aMember(gatehouse);
  await until(
    async () => (await waiting()).filter(({ next_attempt_at }) => next_attempt_at === null).length === 2,
    'the end of the attempts',
  );
  expect(about(ada.id)).toHaveLength(2);
  const list = await command('list');
  expect(list.out).toMatch(/user\.created evt_\d+: given up, attempts: 1\n {2}status 410/);
  expect(list.out).not.toContain(ada.email);
  status = 204;
  expect((await command('retry')).out).toBe('Events that will be sent again: 2.\n');
  await until(async () => (await waiting()).length === 0, 'an empty table');
  expect(about(ada.id)).toHaveLength(4);
  expect((await command()).out).toBe('All events were delivered.\n');
});
