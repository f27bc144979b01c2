import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { mailTo } from '../setup/mails.js';
import { aMember, aPerson, aStranger, type Member } from '../setup/people.js';

/** `KILLS=300 npm test -- test/copies/killed` for more than in every run. */
const KILLS = Number(process.env['KILLS'] ?? 30);
const SETTINGS = {
  USER_DELETE_USER_ENABLED: 'true',
  USER_DELETE_USER_SEND_DELETE_ACCOUNT_VERIFICATION: 'true',
  USER_CHANGE_EMAIL_ENABLED: 'true',
  RATE_LIMIT_ENABLED: 'false',
};
const NEW_PASSWORD = 'another good password';

let database: TestDatabase;
/** Prepares and checks. It is never killed. */
let stable: Gatehouse;
let victim: Gatehouse;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
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

async function signIn(email: string, password: string): Promise<number> {
  return (await aStranger(stable).post('/api/auth/sign-in/email', { email, password })).status;
}

async function count(table: string, condition: string, value: string): Promise<number> {
  return (await database.query(`select from ${table} where ${condition}`, [value])).length;
}

interface Ordeal {
  /** The request during which the server is killed. */
  send(): Promise<unknown>;
  /** Expects that everything happened, or that nothing did and the request can be repeated. */
  check(): Promise<void>;
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
        const left = [
          await count('users', 'id = $1', member.id),
          await count('accounts', 'user_id = $1', member.id),
          await count('sessions', 'user_id = $1', member.id),
        ];
        expect([
          [0, 0, 0],
          [1, 1, 1],
        ]).toContainEqual(left);
        if (left[0] === 1) expect((await member.client.get(path)).status).toBe(302);
        expect(await count('users', 'id = $1', member.id)).toBe(0);
      },
    };
  },

  async 'change-email'() {
    const member = await aMember(stable);
    const newEmail = `changed${randomInt(1e9)}@example.com`;
    return {
      send: () => atVictim(member).post('/api/auth/change-email', { newEmail }),
      async check() {
        const changed = await count('users', 'email = $1', newEmail);
        expect(changed + (await count('users', 'email = $1', member.email))).toBe(1);
        expect(await signIn(changed ? newEmail : member.email, member.password)).toBe(200);
      },
    };
  },
};

const names = Object.keys(ORDEALS);

/**
 * Waits until the server is to be killed: at once, after the answer, or at random between them. Most of these requests take
 * 10 to 200 ms, half of it in the password hash.
 */
async function moment(n: number, answered: Promise<unknown>): Promise<string> {
  if (n % 5 === 0) return 'at once';
  if (n % 5 === 1) return answered.then(() => 'after the answer');
  const delay = Math.random() ** 2 * 200;
  await sleep(delay);
  return `after ${delay.toFixed(0)} ms`;
}

test(`${KILLS} times a killed server leaves all or nothing, and no link used up for nothing`, async () => {
  const outcomes: string[] = [];
  for (let n = 0; n < KILLS; n++) {
    const name = names[n % names.length]!;
    const ordeal = await ORDEALS[name]!();
    const answered = ordeal.send().then(
      () => 'answered',
      () => 'cut',
    );
    const when = await moment(n, answered);
    await victim.stop('SIGKILL');
    outcomes.push(`${name} ${when}: ${await answered}`);
    const next = startGatehouse(SETTINGS, database);
    try {
      await ordeal.check();
    } catch (error) {
      throw new Error(outcomes.at(-1), { cause: error });
    } finally {
      victim = await next;
    }
  }
  expect(new Set(outcomes.map((outcome) => outcome.split(': ')[1]))).toEqual(new Set(['answered', 'cut']));
}, 600_000);
