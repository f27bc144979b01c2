import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { mailTo } from '../setup/mails.js';
import { migrate } from '../setup/migrate.js';
import { aMember, aStranger, type Member } from '../setup/people.js';
import { LAST_COMMIT, sufferKills, type Ordeal } from './ordeal.js';

/** `KILLS=300 npm test -- test/copies/killed-plugins` for more than in every run. */
const KILLS = Number(process.env['KILLS'] ?? 8);
const SETTINGS: Record<string, string> = {
  PLUGINS: 'magic-link,email-otp,organization,two-factor,anonymous,device-authorization',
  EMAIL_OTP_SEND_VERIFICATION_ON_SIGN_UP: 'false',
  RATE_LIMIT_ENABLED: 'false',
};
const NEW_PASSWORD = 'another good password';

let database: TestDatabase;
/** Prepares and checks. It is never killed. */
let stable: Gatehouse;
let victim: Gatehouse;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  await migrate(database, SETTINGS);
  [stable, victim] = await Promise.all([
    startGatehouse(SETTINGS, database),
    startGatehouse(SETTINGS, database),
  ]);
});

afterAll(async () => {
  await Promise.all([stable.stop(), victim.stop('SIGKILL')]);
  await database.drop();
});

/** The same browser at the server that will be killed. */
const atVictim = ({ client }: Member) => new BrowserLikeClient(victim.origin, true, client.cookies);

const newAddress = () => `killed${randomInt(1e9)}@example.com`;

async function count(from: string, value: string): Promise<number> {
  return (await database.query(`select from ${from}`, [value])).length;
}

const sessionsOf = (email: string) =>
  count('sessions where user_id in (select id from users where email = $1)', email);
const usersWith = (email: string) => count('users where email = $1', email);

/** The code of the last mail to this address. */
async function codeTo(address: string): Promise<string> {
  const code = new RegExp(`mail code-[\\w-]+ to ${address}: (\\d+)`);
  await stable.told(` to ${address}: `);
  return code.exec(stable.log())?.[1] ?? '';
}

/** One session if the link or the code is used up, and otherwise a link or code that still works. */
async function expectOneSession(email: string, useAgain: () => Promise<{ status: number }>): Promise<void> {
  const [users, sessions] = [await usersWith(email), await sessionsOf(email)];
  expect(users).toBe(sessions);
  if (sessions === 0) expect([200, 302]).toContain((await useAgain()).status);
  expect([await usersWith(email), await sessionsOf(email)]).toEqual([1, 1]);
}

interface PluginOrdeal extends Ordeal {
  /** The table that the request changes after another one. */
  readonly later: string;
}

const ORDEALS: Readonly<Record<string, () => Promise<PluginOrdeal>>> = {
  async 'magic-link/verify of a new user'() {
    const email = newAddress();
    await aStranger(stable).post('/api/auth/sign-in/magic-link', { email, callbackURL: '/in' });
    const { path } = await mailTo(stable, email);
    return {
      later: 'sessions',
      send: () => aStranger(victim).get(path),
      check: () => expectOneSession(email, () => aStranger(stable).get(path)),
    };
  },

  async 'sign-in/email-otp of a new user'() {
    const email = newAddress();
    await aStranger(stable).post('/api/auth/email-otp/send-verification-otp', { email, type: 'sign-in' });
    const otp = await codeTo(email);
    const signIn = (at: Gatehouse) => aStranger(at).post('/api/auth/sign-in/email-otp', { email, otp });
    return {
      later: 'sessions',
      send: () => signIn(victim),
      check: () => expectOneSession(email, () => signIn(stable)),
    };
  },

  async 'email-otp/reset-password'() {
    const { email, password } = await aMember(stable, { email: newAddress() });
    await aStranger(stable).post('/api/auth/email-otp/request-password-reset', { email });
    const body = { email, otp: await codeTo(email), password: NEW_PASSWORD };
    const reset = (at: Gatehouse) => aStranger(at).post('/api/auth/email-otp/reset-password', body);
    const worksWith = async (word: string) =>
      (await aStranger(stable).post('/api/auth/sign-in/email', { email, password: word })).status;
    return {
      later: 'accounts',
      send: () => reset(victim),
      async check() {
        if ((await worksWith(password)) === 200) expect((await reset(stable)).status).toBe(200);
        expect([await worksWith(password), await worksWith(NEW_PASSWORD)]).toEqual([401, 200]);
      },
    };
  },

  async 'organization/create'() {
    const ada = await aMember(stable, { email: newAddress() });
    const slug = `acme${randomInt(1e9)}`;
    const create = (at: BrowserLikeClient) =>
      at.post('/api/auth/organization/create', { name: 'Acme', slug });
    const left = async () => [
      await count('organizations where slug = $1', slug),
      await count('members where user_id = $1', ada.id),
      await count('sessions where active_organization_id is not null and user_id = $1', ada.id),
    ];
    return {
      later: 'members',
      send: () => create(atVictim(ada)),
      async check() {
        const now = await left();
        expect([
          [0, 0, 0],
          [1, 1, 1],
        ]).toContainEqual(now);
        if (now[0] === 0) expect((await create(ada.client)).status).toBe(200);
        expect(await left()).toEqual([1, 1, 1]);
      },
    };
  },

  async 'organization/accept-invitation'() {
    const [owner, guest] = await Promise.all([
      aMember(stable, { email: newAddress() }),
      aMember(stable, { email: newAddress() }),
    ]);
    const slug = `acme${randomInt(1e9)}`;
    await owner.client.post('/api/auth/organization/create', { name: 'Acme', slug });
    const invited = await owner.client.post('/api/auth/organization/invite-member', {
      email: guest.email,
      role: 'member',
    });
    const { id: invitationId } = invited.json<{ id: string }>();
    const accept = (at: BrowserLikeClient) =>
      at.post('/api/auth/organization/accept-invitation', { invitationId });
    const left = async () => [
      await count(`invitations where status = 'accepted' and id = $1`, invitationId),
      await count('members where user_id = $1', guest.id),
    ];
    return {
      later: 'members',
      send: () => accept(atVictim(guest)),
      async check() {
        const now = await left();
        expect([
          [0, 0],
          [1, 1],
        ]).toContainEqual(now);
        if (now[0] === 0) expect((await accept(guest.client)).status).toBe(200);
        expect(await left()).toEqual([1, 1]);
      },
    };
  },

  async 'two-factor/verify-backup-code'() {
    const ada = await aMember(stable, { email: newAddress() });
    const { password, email } = ada;
    const enabled = await ada.client.post('/api/auth/two-factor/enable', { password, method: 'totp' });
    const [code] = enabled.json<{ backupCodes: string[] }>().backupCodes;
    await database.query(
      `with on_now as (update two_factors set verified = true where user_id = $1)
       update users set two_factor_enabled = true where id = $1`,
      [ada.id],
    );
    const halfSignedIn = async () => {
      const client = new BrowserLikeClient(stable.origin);
      await client.post('/api/auth/sign-in/email', { email, password });
      return client;
    };
    const verify = (at: BrowserLikeClient) => at.post('/api/auth/two-factor/verify-backup-code', { code });
    const before = await sessionsOf(email);
    const half = new BrowserLikeClient(victim.origin, true, (await halfSignedIn()).cookies);
    return {
      later: 'sessions',
      send: () => verify(half),
      async check() {
        const isUsed = (await sessionsOf(email)) > before;
        expect((await verify(await halfSignedIn())).status).toBe(isUsed ? 401 : 200);
        expect(await sessionsOf(email)).toBe(before + 1);
      },
    };
  },

  'sign-in/anonymous'() {
    return Promise.resolve({
      later: 'sessions',
      send: () => aStranger(victim).post('/api/auth/sign-in/anonymous', {}),
      async check() {
        const left = await database.query(
          'select from users u where is_anonymous and not exists (select from sessions s where s.user_id = u.id)',
        );
        expect(left).toEqual([]);
      },
    });
  },

  async 'device/token'() {
    const ada = await aMember(stable, { email: newAddress() });
    const device = aStranger(stable);
    const asked = await device.post('/api/auth/device/code', { client_id: 'tv' });
    const { device_code, user_code } = asked.json<{ device_code: string; user_code: string }>();
    await ada.client.get(`/api/auth/device?user_code=${user_code}`);
    await ada.client.post('/api/auth/device/approve', { userCode: user_code });
    const fetchToken = (at: Gatehouse) =>
      aStranger(at).post('/api/auth/device/token', {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        client_id: 'tv',
        device_code,
      });
    return {
      later: 'sessions',
      send: () => fetchToken(victim),
      async check() {
        // The first session is the user's own.
        if ((await sessionsOf(ada.email)) === 1) expect((await fetchToken(stable)).status).toBe(200);
        expect(await sessionsOf(ada.email)).toBe(2);
      },
    };
  },
};

test.each(Object.entries(ORDEALS))(
  'a server that is killed in the middle of %s has changed nothing',
  async (_, prepare) => {
    const { later, send, check } = await prepare();
    const holder = await database.pool.connect();
    await holder.query('begin');
    await holder.query(`lock table ${later} in share mode`);
    const answered = send().then(
      () => 'answered',
      () => 'cut',
    );
    await untilBlocked();
    await victim.stop('SIGKILL');
    await holder.query('rollback');
    holder.release();
    expect(await answered).toBe('cut');
    await sleep(LAST_COMMIT);
    const next = restart();
    try {
      await check();
    } finally {
      await next;
    }
  },
);

/** Waits until a statement waits for a lock. */
async function untilBlocked(): Promise<void> {
  // Only a superuser sees what the sessions of all roles wait for.
  const observer = new pg.Client({ connectionString: database.superuserUrl });
  await observer.connect();
  const blocked = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await observer.query(blocked)).rows.length === 0) await sleep(5);
  await observer.end();
}

test(
  `${KILLS} times a killed server leaves all or nothing of a route of a plugin, and nothing used up for nothing`,
  async () => {
    const outcomes = await sufferKills(
      { ordeals: ORDEALS, kills: KILLS, longest: 80 },
      () => victim,
      restart,
    );
    expect(outcomes).toEqual(new Set(['answered', 'cut']));
  },
  60_000 + KILLS * 10_000,
);

async function restart(): Promise<void> {
  victim = await startGatehouse(SETTINGS, database);
}
