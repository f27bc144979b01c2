import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember } from '../setup/people.js';
import { runToEnd } from '../setup/run-to-end.js';
import type { TestDatabase } from '../setup/database.js';
import { until } from '../mail/support.js';

let gatehouse: Gatehouse;
let database: TestDatabase;

beforeAll(async () => {
  gatehouse = await startGatehouse();
  ({ database } = gatehouse);
});

afterAll(() => gatehouse.stop());

const run = (command: string, environment: Record<string, string> = {}) =>
  runToEnd(`dist/src/commands/${command}.js`, {
    environment: { DATABASE_URL: database.url, ...environment },
    arguments: ['--json'],
  });

/** Events of two years ago, written as they were then. */
async function oldEvents(): Promise<void> {
  await database.query(
    `with written as (
       insert into gatehouse.audit_events (at, event, subject)
       select now() - interval '2 years' + n * interval '1 hour', 'session.created', 'old' from generate_series(1, 5) n
       returning id
     )
     insert into gatehouse.audit_unchained select id from written`,
  );
}

const chained = () =>
  until(
    async () => (await database.query('select 1 from gatehouse.audit_unchained limit 1')).length === 0,
    'the chain',
  );

const namesOf = async () =>
  (
    await database.query<{ name: string }>(
      `select relname as name from pg_inherits join pg_class c on c.oid = inhrelid
       where inhparent = 'gatehouse.audit_events'::regclass order by 1`,
    )
  ).map(({ name }) => name);

test('events without a partition are kept, and get theirs; old months are dropped, and the rest is still verified', async () => {
  await oldEvents();
  const inDefault = await database.query('select 1 from gatehouse.audit_events_default');
  expect(inDefault).toHaveLength(5);
  await aMember(gatehouse);
  await chained();

  const created = JSON.parse((await run('audit-partitions')).out) as { created: string[]; moved: number };
  expect(created.moved).toBe(5);
  expect(created.created.length).toBeGreaterThanOrEqual(10);
  expect(await database.query('select 1 from gatehouse.audit_events_default')).toEqual([]);
  const [{ name } = { name: '' }] = await database.query<{ name: string }>(
    `select tableoid::regclass::text as name from gatehouse.audit_events where subject = 'old' limit 1`,
  );
  expect(created.created.map((each) => `gatehouse.${each}`)).toContain(name);
  await expect(database.query(`truncate ${name}`)).rejects.toThrow(/never changed/);
  await expect(database.query(`delete from ${name}`)).rejects.toThrow(/never changed/);
  expect((await run('audit-verify')).code).toBe(0);

  const dropped = JSON.parse((await run('audit-partitions', { AUDIT_RETENTION: '12' })).out) as {
    dropped: string[];
  };
  expect(dropped.dropped.map((each) => `gatehouse.${each}`)).toContain(name);
  expect(await namesOf()).not.toContain(name.slice('gatehouse.'.length));
  const verified = await run('audit-verify');
  expect(JSON.parse(verified.out)).toMatchObject({ findings: [], dropped: [{ role: 'app_owner' }] });
  expect(verified.code).toBe(0);
  await chained();
  const again = JSON.parse((await run('audit-partitions', { AUDIT_RETENTION: '12' })).out) as object;
  expect(again).toEqual({ created: [], dropped: [], moved: 0 });
});

test('the beginning of the chain cannot be removed without the event that says so', async () => {
  await aMember(gatehouse);
  await chained();
  await database.query(`
    alter table gatehouse.audit_chain disable trigger user;
    alter table gatehouse.audit_events disable trigger user;
    with gone as (delete from gatehouse.audit_chain where position < (select min(position) + 2 from gatehouse.audit_chain) returning event_id)
    delete from gatehouse.audit_events where id in (select event_id from gone);
    alter table gatehouse.audit_events enable trigger user;
    alter table gatehouse.audit_chain enable trigger user;`);
  const { code, out } = await run('audit-verify');
  expect([code, (JSON.parse(out) as { findings: { kind: string }[] }).findings[0]?.kind]).toEqual([
    1,
    'chain',
  ]);
});

test('events that no server has chained are not dropped', async () => {
  await gatehouse.stop();
  const silent = await startGatehouse({ AUDIT: 'off' });
  ({ database } = silent);
  await oldEvents();
  const { code, err } = await run('audit-partitions', { AUDIT_RETENTION: '12' });
  expect([code, err]).toEqual([1, expect.stringContaining('are not chained yet')]);
  gatehouse = silent;
});
