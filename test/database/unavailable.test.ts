import { createDatabase, type TestDatabase } from '../setup/database.js';
import type { Answer } from '../setup/browser-like-client.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember, aStranger, type Member } from '../setup/people.js';
import { hasPgBouncer, startPgBouncer } from '../setup/pgbouncer.js';

let database: TestDatabase;
let gatehouse: Gatehouse;
let member: Member;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  gatehouse = await startGatehouse({ DATABASE_POOL_SIZE: '5', DATABASE_POOL_QUEUE: '50' }, database);
  member = await aMember(gatehouse);
});

afterAll(async () => {
  await gatehouse.stop();
  await database.drop();
});

const update = (who: Member) => who.client.post('/api/auth/update-user', { name: 'Ada' });
const many = <T>(count: number, work: () => Promise<T>) => Promise.all(Array.from({ length: count }, work));

test('a locked row fails only the requests for that row', async () => {
  const other = await aMember(gatehouse);
  const holder = await database.pool.connect();
  await holder.query('begin');
  await holder.query('select from users where id = $1 for update', [member.id]);
  const [blocked, others] = await Promise.all([
    many(10, () => update(member)),
    many(20, () => update(other)),
  ]);
  await holder.query('rollback');
  holder.release();
  expect(new Set(others.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(blocked.map(({ status }) => status))).toEqual(new Set([503]));
  expect(blocked[0]?.headers['retry-after']).toBe('1');
  await gatehouse.told('"reason":"a row was locked for too long"');
});

test('requests beyond the queue of the pool are refused at once', async () => {
  const holder = await database.pool.connect();
  await holder.query('begin');
  await holder.query('select from users where id = $1 for update', [member.id]);
  const answers = await many(200, () => update(member));
  await holder.query('rollback');
  holder.release();
  expect(answers.filter(({ status }) => status === 503).length).toBeGreaterThan(25);
  await gatehouse.told('"reason":"too many requests wait for a connection to the database"');
  expect((await update(member)).status).toBe(200);
});

describe('on a read-only database', () => {
  beforeAll(async () => {
    await database.administer(
      `update sessions set expires_at = now() + interval '1 day', updated_at = now() - interval '6 days';
       do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$;
       select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`,
    );
    // The pool notices in the next moment that its connections are closed. The server is not ready, because it cannot write.
    const ready = () => aStranger(gatehouse).get('/health/ready');
    while ((await ready()).json<{ check?: string }>().check !== 'the database is read-only');
  });

  afterAll(() =>
    database.administer(
      `set transaction_read_only = off;
       do $$ begin execute format('alter database %I reset default_transaction_read_only', current_database()); end $$;
       select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`,
    ),
  );

  test('get-session answers, although the session should be renewed', async () => {
    const answer = await member.client.get('/api/auth/get-session');
    expect([answer.status, answer.json()]).toEqual([
      200,
      expect.objectContaining({ user: expect.objectContaining({ id: member.id }) as unknown }),
    ]);
  });

  test('requests that write are answered with 503, and one line says why', async () => {
    const answer = await aStranger(gatehouse).post('/api/auth/sign-up/email', {
      name: 'Ada',
      email: 'read-only@example.com',
      password: 'correct horse battery',
    });
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
    expect(answer.json()).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await gatehouse.told('"reason":"the database is read-only"');
    expect(gatehouse.log()).not.toContain('"at":');
  });
});

(hasPgBouncer ? test : test.skip)(
  'behind a pooler that loses prepared statements, requests are answered with 503 and the log names the setting',
  async () => {
    const pooler = await startPgBouncer(database, {
      pool_mode: 'transaction',
      default_pool_size: '2',
    });
    const server = await startGatehouse({}, { ...database, url: pooler.url });
    // A statement is only lost if the pooler gives the request another connection.
    let refused: Answer[] = [];
    for (let round = 0; round < 20 && refused.length === 0; round++) {
      const answers = await many(40, () =>
        aStranger(server).get('/api/auth/get-session', { authorization: `Bearer ${member.token}` }),
      );
      refused = answers.filter(({ status }) => status !== 200);
    }
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));
    await server.told('set DATABASE_PREPARED_STATEMENTS=false');
    await server.stop();
    await pooler.stop();
  },
);
