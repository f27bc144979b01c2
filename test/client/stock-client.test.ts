import { startOracle, type Oracle } from '../oracle/oracle.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { runScript, type Outcome } from './script.js';
import { withoutChance } from './without-chance.js';

let gatehouse: Gatehouse;
let oracle: Oracle;
let database: TestDatabase;
let ours: Outcome[];
let theirs: Outcome[];

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  [gatehouse, oracle] = await Promise.all([startGatehouse(), startOracle(database)]);
  ours = await runScript(gatehouse.origin);
  theirs = await runScript(oracle.origin);
});

afterAll(async () => {
  await Promise.all([gatehouse.stop(), oracle.stop()]);
  await database.drop();
});

const valueOf = (step: string) => ours.find((outcome) => outcome.step === step)?.value;

test('the unmodified client gets the same results from Gatehouse and from Better Auth', () => {
  expect(withoutChance(ours)).toEqual(withoutChance(theirs));
});

test('after sign-up the session and the store contain the user', () => {
  expect(valueOf('session')).toMatchObject({ data: { user: { name: 'Ada', email: 'ada@example.com' } } });
  expect(valueOf('store')).toMatchObject({ data: { user: { email: 'ada@example.com' } }, error: null });
  expect(valueOf('empty store')).toEqual({ data: null, error: null });
});

test('a wrong password gives an error that the client can show', () => {
  expect(valueOf('wrong password')).toEqual({
    data: null,
    error: {
      message: 'Invalid email or password',
      code: 'INVALID_EMAIL_OR_PASSWORD',
      status: 401,
      statusText: 'Unauthorized',
    },
  });
  expect(valueOf('unknown user')).toEqual(valueOf('wrong password'));
});

test('getSession returns null for revoked sessions', () => {
  for (const step of ['revoked', 'others revoked', 'signed out', 'all revoked'])
    expect(valueOf(step)).toEqual({ data: null, error: null });
  expect(valueOf('still there')).toMatchObject({ data: { user: { name: 'Ada King' } } });
  expect(valueOf('one left')).toMatchObject({ data: [{ userAgent: 'node' }] });
});
