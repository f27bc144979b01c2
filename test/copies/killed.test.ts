import { randomInt } from 'node:crypto';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { mailTo } from '../setup/mails.js';
import { linkingVariables } from '../documentation/token-journeys.js';
import { startOpenIdProvider, type OpenIdProvider } from '../openid/openid-provider.js';
import { aMember, aPerson, aStranger, type Member } from '../setup/people.js';
import { Visitor } from '../social/visitor.js';
import { sufferKills, type Ordeal } from './ordeal.js';

/** `KILLS=300 npm test -- test/copies/killed` for more than in every run. */
const KILLS = Number(process.env['KILLS'] ?? 30);
const SETTINGS: Record<string, string> = {
  USER_DELETE_USER_ENABLED: 'true',
  USER_DELETE_USER_SEND_DELETE_ACCOUNT_VERIFICATION: 'true',
  USER_CHANGE_EMAIL_ENABLED: 'true',
  RATE_LIMIT_ENABLED: 'false',
};
const NEW_PASSWORD = 'another good password';

let database: TestDatabase;
let provider: OpenIdProvider;
/** Prepares and checks. It is never killed. */
let stable: Gatehouse;
let victim: Gatehouse;

beforeAll(async () => {
  [database, provider] = await Promise.all([createDatabase({ template: MIGRATED }), startOpenIdProvider()]);
  Object.assign(SETTINGS, linkingVariables(provider));
  [stable, victim] = await Promise.all([
    startGatehouse(SETTINGS, database),
    startGatehouse(SETTINGS, database),
  ]);
});

afterAll(async () => {
  await Promise.all([stable.stop(), victim.stop('SIGKILL')]);
  await Promise.all([database.drop(), provider.stop()]);
});

/** The same browser at the server that will be killed. */
const atVictim = ({ client }: Member) => new BrowserLikeClient(victim.origin, true, client.cookies);

async function signIn(email: string, password: string): Promise<number> {
  return (await aStranger(stable).post('/api/auth/sign-in/email', { email, password })).status;
}

async function count(table: string, condition: string, value: string): Promise<number> {
  return (await database.query(`select from ${table} where ${condition}`, [value])).length;
}

const USER_OF = '(select id from users where email = $1)';

/** Somebody who can sign in at the provider. */
function newPersonAtProvider(email = `killed${randomInt(1e9)}@example.com`) {
  const sub = `killed${randomInt(1e9)}`;
  provider.people.set(sub, { sub, name: 'Ada', email, email_verified: true });
  return { sub, email };
}

/**
 * Rows in several tables at one moment. PostgreSQL may still commit what the killed server sent, so two queries could see the
 * rows before and after that.
 */
async function counts(tables: Readonly<Record<string, string>>, value: string): Promise<number[]> {
  const parts = Object.entries(tables).map(
    ([table, condition]) => `(select count(*)::int from ${table} where ${condition}) as ${table}`,
  );
  const [row = {}] = await database.query<Record<string, number>>(`select ${parts.join(', ')}`, [value]);
  return Object.values(row);
}

const ORDEALS: Readonly<Record<string, () => Promise<Ordeal>>> = {
  async 'sign-up/email'() {
    const person = aPerson({ email: `killed${randomInt(1e9)}@example.com` });
    const signUp = (at: Gatehouse) => aStranger(at).post('/api/auth/sign-up/email', person);
    return {
      send: () => signUp(victim),
      async check() {
        expect([200, 422]).toContain((await signUp(stable)).status);
        expect(await count('users', 'email = $1', person.email)).toBe(1);
        expect(await signIn(person.email, person.password)).toBe(200);
      },
    };
  },

  async 'reset-password'() {
    const { client, email, password } = await aMember(stable);
    await client.post('/api/auth/request-password-reset', { email });
    const { token } = await mailTo(stable, email);
    const reset = (at: Gatehouse) =>
      aStranger(at).post('/api/auth/reset-password', { newPassword: NEW_PASSWORD, token });
    return {
      send: () => reset(victim),
      async check() {
        if ((await signIn(email, NEW_PASSWORD)) !== 200) {
          expect(await signIn(email, password)).toBe(200);
          expect((await reset(stable)).status).toBe(200);
        }
        expect([await signIn(email, NEW_PASSWORD), await signIn(email, password)]).toEqual([200, 401]);
      },
    };
  },

  async 'change-password'() {
    const member = await aMember(stable);
    const { email, password } = member;
    const change = { currentPassword: password, newPassword: NEW_PASSWORD, revokeOtherSessions: true };
    return {
      send: () => atVictim(member).post('/api/auth/change-password', change),
      async check() {
        const works = [await signIn(email, password), await signIn(email, NEW_PASSWORD)];
        expect([
          [200, 401],
          [401, 200],
        ]).toContainEqual(works);
      },
    };
  },

  async 'verify-email'() {
    const { client, email } = await aMember(stable);
    await client.post('/api/auth/send-verification-email', { email });
    const { path } = await mailTo(stable, email);
    return {
      send: () => aStranger(victim).get(path),
      async check() {
        expect([200, 302]).toContain((await aStranger(stable).get(path)).status);
        expect(await count('users', 'email_verified is not null and email = $1', email)).toBe(1);
      },
    };
  },

  async 'delete-user/callback'() {
    const member = await aMember(stable);
    await member.client.post('/api/auth/delete-user', {});
    const { path } = await mailTo(stable, member.email);
    return {
      send: () => atVictim(member).get(path),
      async check() {
        const own = 'user_id = $1';
        const left = await counts({ users: 'id = $1', accounts: own, sessions: own }, member.id);
        expect([
          [0, 0, 0],
          [1, 1, 1],
        ]).toContainEqual(left);
        if (left[0] === 1) expect((await member.client.get(path)).status).toBe(302);
        expect(await count('users', 'id = $1', member.id)).toBe(0);
      },
    };
  },

  async 'callback of a sign-up at a provider'() {
    const { sub, email } = newPersonAtProvider();
    const visitor = new Visitor(victim);
    const back = await visitor.begin('gitlab', sub);
    const accounts = `provider_id = 'gitlab' and user_id in ${USER_OF}`;
    const usersAndAccounts = () => counts({ users: 'email = $1', accounts }, email);
    return {
      send: () => visitor.comeBack(back),
      async check() {
        expect([
          [0, 0],
          [1, 1],
        ]).toContainEqual(await usersAndAccounts());
        const again = await new Visitor(stable).signIn('gitlab', sub);
        expect([again.status, again.headers['location']]).toEqual([302, '/in']);
        expect(await usersAndAccounts()).toEqual([1, 1]);
      },
    };
  },

  async 'callback that links an account'() {
    const member = await aMember(stable);
    const { sub } = newPersonAtProvider(member.email);
    await database.query('update users set is_email_verified = true where id = $1', [member.id]);
    const visitor = new Visitor(victim, atVictim(member));
    const back = await visitor.beginLinking('gitlab', sub);
    const linked = () => count('accounts', `provider_id = 'gitlab' and user_id = $1`, member.id);
    return {
      send: () => visitor.comeBack(back),
      async check() {
        expect([0, 1]).toContain(await linked());
        const atStable = new BrowserLikeClient(stable.origin, true, member.client.cookies);
        const again = await new Visitor(stable, atStable).comeBackFromLinking('gitlab', sub);
        expect([again.status, again.headers['location']]).toEqual([302, '/in']);
        expect(await linked()).toBe(1);
      },
    };
  },

  async 'unlink-account'() {
    const member = await aMember(stable);
    await database.query(
      `insert into accounts (id, user_id, provider_id, provider_user_id, created_at, updated_at)
       values ($1, $1, 'gitlab', $1, now(), now())`,
      [member.id],
    );
    const left = () => count('accounts', 'user_id = $1', member.id);
    const unlink = (at: BrowserLikeClient) => at.post('/api/auth/unlink-account', { accountId: member.id });
    return {
      send: () => unlink(atVictim(member)),
      async check() {
        if ((await left()) === 2) expect((await unlink(member.client)).status).toBe(200);
        expect(await left()).toBe(1);
        expect(await signIn(member.email, member.password)).toBe(200);
      },
    };
  },

  async 'change-email'() {
    const member = await aMember(stable);
    const newEmail = `changed${randomInt(1e9)}@example.com`;
    return {
      send: () => atVictim(member).post('/api/auth/change-email', { newEmail }),
      async check() {
        const [{ email } = { email: '' }] = await database.query<{ email: string }>(
          'select email from users where id = $1',
          [member.id],
        );
        expect([member.email, newEmail]).toContain(email);
        expect(await signIn(email, member.password)).toBe(200);
      },
    };
  },
};

test(
  `${KILLS} times a killed server leaves all or nothing, and no link used up for nothing`,
  async () => {
    const longest = 200; // Half of it is the password hash.
    const outcomes = await sufferKills({ ordeals: ORDEALS, kills: KILLS, longest }, () => victim, restart);
    expect(outcomes).toEqual(new Set(['answered', 'cut']));
  },
  60_000 + KILLS * 10_000,
);

async function restart(): Promise<void> {
  victim = await startGatehouse(SETTINGS, database);
}
