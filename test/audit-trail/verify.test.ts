import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember } from '../setup/people.js';
import { runToEnd } from '../setup/run-to-end.js';
import type { TestDatabase } from '../setup/database.js';
import { until } from '../mail/support.js';

interface Report {
  readonly chained: number;
  readonly waiting: number;
  readonly signatures: number;
  readonly findings: readonly { kind: string; event?: string; position?: string; message: string }[];
}

let gatehouse: Gatehouse;
let database: TestDatabase;

beforeAll(async () => {
  gatehouse = await startGatehouse();
  ({ database } = gatehouse);
});

afterAll(() => gatehouse.stop());

const count = async (table: string) => {
  const [row] = await database.query<{ count: number }>(
    `select count(*)::integer as count from gatehouse.${table}`,
  );
  return row?.count ?? 0;
};

const chained = () => until(async () => (await count('audit_unchained')) === 0, 'the chain');

const run = (command: string, ...words: string[]) =>
  runToEnd(`dist/src/commands/${command}.js`, {
    environment: { DATABASE_URL: database.url },
    arguments: words,
  });

async function verify(): Promise<Report & { readonly code: number | null }> {
  const { code, out, err } = await run('audit-verify', '--json');
  if (!out) throw new Error(err);
  return { code, ...(JSON.parse(out) as Report) };
}

/** Does what only the owner of the tables can do: switches the triggers off. */
const tamper = (table: string, statement: string) =>
  database.query(`
    alter table gatehouse.${table} disable trigger user;
    ${statement};
    alter table gatehouse.${table} enable trigger user`);

interface Kept {
  readonly id: string;
}

/** An event in the middle of the chain. */
async function anEvent(): Promise<Kept> {
  await aMember(gatehouse);
  await aMember(gatehouse);
  await chained();
  const [row] = await database.query<{ id: string }>(
    `select id from gatehouse.audit_events where event = 'session.created' order by id limit 1`,
  );
  return { id: row?.id ?? '' };
}

test('a committed event is in the chain after less than 5 seconds, and the chain is signed', async () => {
  await aMember(gatehouse);
  const began = Date.now();
  await chained();
  expect(Date.now() - began).toBeLessThan(5000);
  await until(async () => (await count('audit_heads')) > 0, 'a signature');
  // The key of the signature is an event too.
  await chained();
  expect(await verify()).toMatchObject({ code: 0, findings: [], waiting: 0, signatures: 1 });
});

test('an event that is committed late has its place too', async () => {
  const late = await database.pool.connect();
  await late.query('begin');
  await late.query(`insert into users (id, name, email) values ('late', 'Late', 'late@example.com')`);
  await aMember(gatehouse);
  await until(async () => {
    const rows = await database.query(
      `select 1 from gatehouse.audit_chain c where c.event_id > (select max(event_id) from gatehouse.audit_chain) - 3`,
    );
    return rows.length === 3 && (await count('audit_unchained')) === 0;
  }, 'the others');
  await late.query('commit');
  late.release();
  await chained();
  const last = await database.query(
    `select e.subject, c.event_id < (select max(event_id) from gatehouse.audit_chain) as earlier
     from gatehouse.audit_chain c join gatehouse.audit_events e on e.id = c.event_id order by position desc limit 1`,
  );
  expect(last).toEqual([{ subject: 'late', earlier: true }]);
  expect(await verify()).toMatchObject({ code: 0, findings: [] });
});

test('an export has every event of the chain, and continues where the last one ended', async () => {
  await anEvent();
  const all = (await run('audit-export')).out.trimEnd().split('\n');
  expect(all).toHaveLength(await count('audit_chain'));
  const lines = all.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines[0]).toMatchObject({ position: 1, event: 'migration.applied' });
  expect(lines.find(({ event }) => event === 'user.created')).toMatchObject({
    reason: 'sign-up/email',
    dbRole: 'app_owner',
  });
  const [, , third] = lines;
  const rest = (await run('audit-export', '--after', '3')).out.trimEnd().split('\n');
  expect(rest).toEqual(all.slice(3));
  expect((await run('audit-export', '--since', '2999-01-01T00:00:00Z')).out).toBe('');
  const since = (await run('audit-export', '--since', String(third?.['at']))).out.trimEnd().split('\n');
  expect(since.length).toBeGreaterThanOrEqual(all.length - 3);
  expect((await run('audit-export', '--since', 'yesterday')).err).toContain('--since=yesterday is no time');
});

test('a changed event is named', async () => {
  const { id } = await anEvent();
  const [kept] = await database.query<{ actor: string }>(
    'select actor from gatehouse.audit_events where id = $1',
    [id],
  );
  await tamper('audit_events', `update gatehouse.audit_events set actor = 'eve' where id = ${id}`);
  const { code, findings } = await verify();
  expect([code, findings.map(({ kind, event }) => [kind, event])]).toEqual([1, [['changed', id]]]);
  await tamper('audit_events', `update gatehouse.audit_events set actor = '${kept?.actor}' where id = ${id}`);
  expect(await verify()).toMatchObject({ code: 0, findings: [] });
});

test('a changed time is named', async () => {
  const { id } = await anEvent();
  const move = (by: string) =>
    tamper(
      'audit_events',
      `update gatehouse.audit_events set at = at ${by} interval '1 second' where id = ${id}`,
    );
  await move('+');
  const { code, findings } = await verify();
  expect([code, findings.map(({ kind, event }) => [kind, event])]).toEqual([1, [['changed', id]]]);
  await move('-');
});

test('an inserted event is named, and a removed one', async () => {
  const { id } = await anEvent();
  await database.query(`insert into gatehouse.audit_events (event, actor) values ('user.created', 'eve')`);
  const inserted = await verify();
  expect(inserted.findings.map(({ kind }) => kind)).toEqual(['inserted']);
  await tamper('audit_events', `delete from gatehouse.audit_events where actor = 'eve'`);
  await tamper(
    'audit_events',
    `create temp table kept as select * from gatehouse.audit_events where id = ${id};
     delete from gatehouse.audit_events where id = ${id}`,
  );
  const { code, findings } = await verify();
  expect([code, findings.map(({ kind, event }) => [kind, event])]).toEqual([1, [['removed', id]]]);
});

test('whoever computes the chain anew cannot sign it, and removed links are seen', async () => {
  await anEvent();
  const [head] = await database.query<{ position: string }>(
    'select max(position) as position from gatehouse.audit_heads',
  );
  const before = (await verify()).findings.length;
  await tamper(
    'audit_chain',
    `update gatehouse.audit_chain set hash = sha256(hash) where position = ${head?.position};
     update gatehouse.audit_chain set previous = sha256(previous) where position = ${head?.position}::bigint + 1`,
  );
  const messages = (await verify()).findings.map(({ message }) => message).slice(-0);
  expect(messages).toContainEqual(
    `The chain up to position ${head?.position} is not the one that a server signed`,
  );
  await tamper('audit_chain', `delete from gatehouse.audit_chain where position >= ${head?.position}`);
  const after = await verify();
  expect(after.findings.length).toBeGreaterThan(before);
  expect(after.findings.map(({ message }) => message)).toContainEqual(
    `A server signed the chain up to position ${head?.position}, which is not in the chain`,
  );
  await tamper(
    'audit_heads',
    `insert into gatehouse.audit_heads (position, signature) values (9999, 'forged')`,
  );
  expect((await verify()).findings.map(({ kind }) => kind)).toContain('signature');
});
