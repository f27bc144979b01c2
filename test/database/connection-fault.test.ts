import { DATABASE_LIMITS } from '../../src/config/database-config.js';
import { connect } from '../../src/database/connect.js';
import { describeConnectionFault } from '../../src/database/connection-fault.js';
import { freePort } from '../../src/local/free-port.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(() => database.drop());

/** The message that an operator reads when the server cannot connect to this URL. */
async function faultAt(change: (url: URL) => void): Promise<string> {
  const url = new URL(database.url);
  change(url);
  const settings = {
    url: url.href,
    directUrl: url.href,
    poolSize: 1,
    preparedStatements: true,
    limits: { ...DATABASE_LIMITS, startTimeout: 0 },
  };
  const error = await connect(settings, []).then(
    () => new Error('connected'),
    (reason: Error) => reason,
  );
  return error.message;
}

test('no server listens: the message names the address and DATABASE_URL', async () => {
  const port = String(await freePort());
  expect(await faultAt((url) => (url.port = port))).toBe(
    `No PostgreSQL answers at 127.0.0.1:${port}: start it, or correct DATABASE_URL.`,
  );
});

test('wrong password: the message names the user and not the password', async () => {
  const message = await faultAt((url) => (url.password = 'very-secret'));
  expect(message).toMatch(/^PostgreSQL at .* refuses user "app_owner": correct the user or password/);
  expect(message).not.toContain('very-secret');
});

test('missing database: the message shows its name decoded', async () => {
  expect(await faultAt((url) => (url.pathname = '/no%20such'))).toMatch(
    /^Database "no such" does not exist at/,
  );
});

test('unknown host: the message names the host', async () => {
  expect(await faultAt((url) => (url.hostname = 'nowhere.invalid'))).toMatch(
    /^The host nowhere\.invalid in DATABASE_URL cannot be resolved/,
  );
});

test.each([
  ['53300', /no free connection/],
  ['57P03', /still starting up/],
  ['ETIMEDOUT', /did not answer in time/],
  ['XX000', /cannot be used: something odd/],
])('the error code %s has its own message', (code, sentence) => {
  const error = Object.assign(new Error('something odd'), { code });
  const message = describeConnectionFault(error, 'postgresql://u:very-secret@db/app');
  expect(message).toMatch(sentence);
  expect(message).toContain('db:5432');
  expect(message).not.toContain('very-secret');
});

test.each([undefined, null, 'text', {}])('an error without a code still gives a message: %j', (error) => {
  expect(describeConnectionFault(error, 'postgresql://db/app')).toBe(
    'The database at db:5432 cannot be used: unknown fault.',
  );
});
