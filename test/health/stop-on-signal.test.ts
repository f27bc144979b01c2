import { once } from 'node:events';
import { connect } from 'node:net';
import { Agent, get as httpGet } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember } from '../setup/people.js';

/** Holds one request in the server until the returned function is called. */
async function holdRequest(gatehouse: Gatehouse) {
  const member = await aMember(gatehouse);
  const holder = await gatehouse.database.pool.connect();
  await holder.query('begin');
  await holder.query('select from users where id = $1 for update', [member.id]);
  const answer = member.client.post('/api/auth/update-user', { name: 'Ada' }).then(
    ({ status, headers }) => `${status} ${headers.connection}`,
    (error: { code?: string }) => error.code,
  );
  const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await gatehouse.database.administer(waiting)).length === 0);
  return {
    answer,
    async release() {
      await holder.query('rollback');
      holder.release();
    },
  };
}

const PATIENT = { DATABASE_LOCK_TIMEOUT: '60', DATABASE_STATEMENT_TIMEOUT: '60', REQUEST_DEADLINE: '60' };

test('requests in flight are answered, new ones on open connections too, and the log says after how long it stopped', async () => {
  const gatehouse = await startGatehouse(PATIENT);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = async (path: string) => {
    const request = httpGet(`${gatehouse.origin}${path}`, { agent });
    const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return `${response.statusCode} ${response.headers.connection} ${text}`;
  };
  expect(await ask('/health/ready')).toContain('200 keep-alive');
  const held = await holdRequest(gatehouse);
  const { port } = new URL(gatehouse.origin);
  // A connection on which the server already reads a request is not idle, so it stays open.
  const open = connect(Number(port), '127.0.0.1');
  open.write('GET /health/ready HTTP/1.1\r\n');
  await new Promise((done) => setTimeout(done, 100));
  const stopped = gatehouse.stop('SIGTERM');
  await gatehouse.told('SIGTERM: stopping; requests in flight have 15 s');
  open.write('Host: localhost\r\n\r\n');
  const [answer] = (await once(open, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 503 [^]*connection: close[^]*"check":"stopping"/i);
  await held.release();
  expect(await held.answer).toBe('200 close');
  expect(await stopped).toBe(0);
  expect(gatehouse.log()).toMatch(/"msg":"stopped after [\d.]+ s"/);
  agent.destroy();
});

test('what is still open after SHUTDOWN_TIMEOUT is closed', async () => {
  const gatehouse = await startGatehouse({ ...PATIENT, SHUTDOWN_TIMEOUT: '1' });
  const held = await holdRequest(gatehouse);
  const stopped = gatehouse.stop('SIGTERM');
  expect(await held.answer).toBe('ECONNRESET');
  await held.release();
  expect(await stopped).toBe(0);
  expect(gatehouse.log()).toContain('connections that were still open were closed');
});

test('a second signal ends the process at once', async () => {
  const database = await createDatabase({ template: MIGRATED });
  const gatehouse = await startGatehouse(PATIENT, database);
  const held = await holdRequest(gatehouse);
  const stopped = gatehouse.stop('SIGTERM');
  await gatehouse.told('stopping');
  // npm passes Ctrl-C on, so the same signal may come twice. That is no second one.
  void gatehouse.stop('SIGTERM');
  await sleep(500);
  expect(gatehouse.log()).not.toContain('stopped at once');
  void gatehouse.stop('SIGTERM');
  expect(await stopped).toBe(1);
  expect(await held.answer).toBe('ECONNRESET');
  await held.release();
  await database.drop();
});
