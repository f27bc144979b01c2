import type { TestDatabase } from '../setup/database.js';
import { VERSIONS } from '../migrations/support.js';
import { startLegacyApplication, type LegacyApplication } from '../setup/legacy-application.js';
import {
  aMigratedFastapi,
  catchUpIn,
  endIt,
  passwordsOf,
  statusOf,
  stepBack,
  stepForward,
  type Pristine,
} from './support.js';

const LEGACY = `$2b$12$${'a'.repeat(53)}`;
const OURS = `$2b$11$${'b'.repeat(53)}`;
const EMAIL = 'user0001@example.com';

describe.each(VERSIONS)('the switch-over on PostgreSQL %i', (version) => {
  let pristine: Pristine;
  let database: TestDatabase;
  let application: LegacyApplication;
  let id: string;

  beforeAll(async () => {
    pristine = await aMigratedFastapi(version);
  });
  afterAll(() => pristine.drop());

  const begin = async (...mode: Parameters<Pristine['copy']>) => {
    database = await pristine.copy(...mode);
    application = await startLegacyApplication(database);
    const [row] = await database.query<{ id: string }>('select id from users where email = $1', [EMAIL]);
    id = row?.id ?? '';
  };
  afterEach(async () => {
    await application.stop();
    await database.drop();
  });

  /** Changes the password as Gatehouse and Better Auth do. */
  const change = (password: string) =>
    database.query(`update accounts set password = $2 where provider_id = 'credential' and user_id = $1`, [
      id,
      password,
    ]);

  it('has no step back from the first mode and ends only from the third', async () => {
    await begin();
    await expect(stepBack(database)).rejects.toThrow('There is no mode before legacy');
    await expect(endIt(database)).rejects.toThrow(
      'The mode is legacy, but the switch-over can end only in the mode gatehouse',
    );
  });

  it('in the first mode copies only legacy passwords; the next step copies ours', async () => {
    await begin();
    await application.change(id, { hashed_password: LEGACY });
    expect(await passwordsOf(database, EMAIL)).toEqual({ legacy: LEGACY, account: LEGACY });
    await change(OURS);
    expect(await passwordsOf(database, EMAIL)).toEqual({ legacy: LEGACY, account: OURS });
    await stepForward(database);
    expect(await passwordsOf(database, EMAIL)).toEqual({ legacy: OURS, account: OURS });
  });

  it('in the second mode copies passwords both ways, and a step back leads to the first', async () => {
    await begin('both');
    await change(OURS);
    expect(await passwordsOf(database, EMAIL)).toEqual({ legacy: OURS, account: OURS });
    await application.change(id, { hashed_password: LEGACY });
    expect(await passwordsOf(database, EMAIL)).toEqual({ legacy: LEGACY, account: LEGACY });
    await stepBack(database);
    await change(OURS);
    expect(await passwordsOf(database, EMAIL)).toEqual({ legacy: LEGACY, account: OURS });
  });

  it('in the third mode copies nothing from the legacy application, and a step back catches up', async () => {
    await begin('gatehouse');
    await application.change(id, { hashed_password: LEGACY, full_name: 'Another', is_active: false });
    await application.register({ id: 'new', email: 'New@Example.com', hashed_password: LEGACY });
    const [row] = await database.query('select name, banned from users where id = $1', [id]);
    expect(row).toEqual({ name: 'محمد علي', banned: true });
    const { account } = await passwordsOf(database, EMAIL);
    expect(account).not.toBe(LEGACY);
    expect(await passwordsOf(database, 'new@example.com')).toEqual({ legacy: LEGACY, account: null });
    await stepBack(database);
    expect(await passwordsOf(database, EMAIL)).toEqual({ legacy: account, account });
    expect(await passwordsOf(database, 'new@example.com')).toEqual({ legacy: LEGACY, account: LEGACY });
    const [since] = await database.query('select banned from users where id = $1', [id]);
    expect(since).toEqual({ banned: true });
  });

  it('in the last mode copies nothing in either direction', async () => {
    await begin('gatehouse');
    await endIt(database);
    await change(OURS);
    await application.change(id, { hashed_password: LEGACY, email: 'Mine@Example.com' });
    expect(await passwordsOf(database, 'Mine@Example.com')).toEqual({ legacy: LEGACY, account: OURS });
    await expect(stepBack(database)).rejects.toThrow('has ended');
    const triggers = await database.query(
      `select 1 from pg_trigger where tgname ~ 'gatehouse_(users_address|users_columns|users_password|accounts_password)'`,
    );
    expect(triggers).toEqual([]);
  });

  it.each([
    [
      `set gatehouse.dual_write to 'on'; update users set email = 'User0001@example.com' where email = '${EMAIL}'`,
      'emails',
    ],
    [`delete from accounts where id = (select min(id) from accounts)`, 'accounts'],
    [
      `set gatehouse.dual_write to 'on'; update users set banned = false where id = (select min(id) from users where banned)`,
      'deactivated',
    ],
    [`insert into gatehouse.quarantine values ('dual write', 'x', 'because')`, 'putAside'],
  ])('cannot step forward after %s until it has caught up', async (sql, name) => {
    await begin();
    // In a separate session, because the setting must not outlive this test.
    const client = await database.pool.connect();
    await client.query(sql);
    client.release(true);
    const { pending } = await statusOf(database);
    expect(pending).toMatchObject([{ name, count: 1 }]);
    await expect(stepForward(database)).rejects.toThrow(pending[0]?.message);
    expect((await statusOf(database)).mode).toBe('legacy');
    await catchUpIn(database);
    await stepForward(database);
    expect(await statusOf(database)).toMatchObject({ mode: 'both', forward: 'gatehouse', back: 'legacy' });
  });

  it('cannot step forward with an e-mail conflict until it is resolved', async () => {
    await begin('both');
    await expect(stepForward(database, { acceptConflicts: false })).rejects.toThrow(
      'differs from another user',
    );
    const [twin] = await database.query<{ user_id: string }>(
      'select user_id from gatehouse.conflicts limit 1',
    );
    await application.change(twin?.user_id ?? '', { email: 'No.Twin@example.com' });
    await catchUpIn(database);
    await stepForward(database, { acceptConflicts: false });
    expect(
      await database.query(`select email from users where lower(email) like '%twin@%' order by 1`),
    ).toEqual([{ email: 'no.twin@example.com' }, { email: 'twin@example.com' }]);
  });

  it('never fails a legacy write that meets one of ours, and both sides end equal', async () => {
    await begin('both');
    await application.query('begin');
    await application.change(id, { full_name: 'Locks the user' });
    const waiting = change(OURS).catch((error: { code: string }) => error.code);
    const blocked = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    while ((await database.query(blocked)).length === 0);
    // The password change has locked the account and waits for the user.
    await application.change(id, { hashed_password: LEGACY });
    await application.query('commit');
    const winner = (await waiting) === '55P03' ? LEGACY : OURS;
    expect(await passwordsOf(database, EMAIL)).toEqual({ legacy: winner, account: winner });
    expect((await statusOf(database)).pending.map(({ name }) => name)).toEqual(['conflicts']);
  });

  it('keeps both sides equal while both write the same users at once', async () => {
    await begin('both');
    const ids = (
      await database.query<{ id: string }>('select user_id as id from accounts order by user_id limit 5')
    ).map((row) => row.id);
    const hash = (kind: string, n: number) => `$2b$12$${`${kind}${n}`.padEnd(53, 'x')}`;
    const legacy = async () => {
      for (let n = 0; n < 60; n++)
        await application.change(ids[n % 5] ?? '', { hashed_password: hash('L', n) });
    };
    const ours = async () => {
      for (let n = 0; n < 60; n++) {
        await database.query('update accounts set password = $2 where user_id = $1', [
          ids[(n * 3) % 5],
          hash('G', n),
        ]);
      }
    };
    await Promise.all([legacy(), ours()]);
    expect((await statusOf(database)).pending.map(({ name }) => name)).toEqual(['conflicts']);
  });
});
