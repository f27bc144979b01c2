import { startOracle, type Oracle } from '../oracle/oracle.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { runScript, type Outcome } from './script.js';
import { withoutChance } from './without-chance.js';

let gatehouse: Gatehouse;
let oracle: Oracle;
let database: TestDatabase;
let here: Outcome[];
let there: Outcome[];

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  [gatehouse, oracle] = await Promise.all([startGatehouse(), startOracle(database)]);
  here = await runScript(gatehouse.origin);
  there = await runScript(oracle.origin);
});

afterAll(async () => {
  await Promise.all([gatehouse.stop(), oracle.stop()]);
  await database.drop();
});

const valueOf = (step: string) => here.find((outcome) => outcome.step === step)?.value;

test('the stock client cannot tell Gatehouse from the original', () => {
  expect(withoutChance(here)).toEqual(withoutChance(there));
});

test('somebody who signs up is signed in, in the session and in the store', () => {
  expect(valueOf('session')).toMatchObject({ data: { user: { name: 'Ada', email: 'ada@example.com' } } });
  expect(valueOf('store')).toMatchObject({ data: { user: { email: 'ada@example.com' } }, error: null });
  expect(valueOf('empty store')).toEqual({ data: null, error: null });
});

test('a wrong password is an error the client can show', () => {
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

test('revoked sessions are gone', () => {
  for (const step of ['revoked', 'others revoked', 'signed out', 'all revoked'])
    expect(valueOf(step)).toEqual({ data: null, error: null });
  expect(valueOf('still there')).toMatchObject({ data: { user: { name: 'Ada King' } } });
  expect(valueOf('one left')).toMatchObject({ data: [{ userAgent: 'node' }] });
});
