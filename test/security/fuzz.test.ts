import { fetchDocument, routesOf, type Route } from '../documentation/document.js';
import { aStranger } from '../setup/people.js';
import { Dice } from './fuzz/dice.js';
import { fuzzedRequest, type FuzzedRequest } from './fuzz/fuzzed-request.js';
import { newAttackers } from './fuzz/identities.js';
import { rawBytes } from './fuzz/raw-bytes.js';
import { exchange, Sender, type Outcome } from './fuzz/send.js';
import { startFuzzedServer, type FuzzedServer } from './fuzz/server.js';
import { newVictim, type Victim } from './fuzz/victim.js';

const { FUZZ_REQUESTS, FUZZ_SEED } = process.env;

/** Requests that are made from the OpenAPI document. A tenth of this number is sent as raw bytes besides. */
const REQUESTS = Number(FUZZ_REQUESTS ?? 1000);
/** Request number n is made with this seed plus n. */
const SEED = Number(FUZZ_SEED ?? 20_261);
/** After this number of requests there are new attackers. */
const ROUND = 250;
/** Requests that are under way at the same time. */
const LANES = 12;
/** The run ends after this number of faults. */
const ENOUGH = 10;
/** MiB by which the memory may grow between the first round and the last. */
const GROWTH = 24;

let server: FuzzedServer;
let victim: Victim;
let routes: Route[];
let rowsBefore: string;
let memoryBefore: number;
const faults: string[] = [];
const statuses = new Set<number>();
const succeeded = new Set<string>();

beforeAll(async () => {
  process.stdout.write(`fuzz: ${REQUESTS} requests, FUZZ_SEED=${SEED}\n`);
  server = await startFuzzedServer();
  victim = await newVictim(server.gatehouse, server.database);
  routes = routesOf((await fetchDocument(server.gatehouse)).document);
  rowsBefore = await victim.rows();
  const sender = new Sender(server.port);
  for (let first = 0; first < REQUESTS && faults.length < ENOUGH; first += ROUND) {
    await sendRound(sender, first, Math.min(first + ROUND, REQUESTS));
    if (first === 0) memoryBefore = await server.memory();
  }
  sender.close();
}, 1_800_000);

afterAll(() => server.stop());

async function sendRound(sender: Sender, first: number, end: number): Promise<void> {
  const { identities, members, known } = await newAttackers(server.gatehouse, first + SEED);
  const surroundings = {
    routes,
    origin: server.gatehouse.origin,
    identities,
    members,
    foreign: victim.ids,
    known: [...known, ...victim.known],
  };
  let next = first;
  const lane = async () => {
    while (next < end && faults.length < ENOUGH) {
      const seed = SEED + next;
      next += 1;
      const request = fuzzedRequest(new Dice(seed), surroundings);
      const outcome = await sender.send(request).catch((error: Error) => error);
      const fault = outcome instanceof Error ? outcome.message : faultIn(request, outcome);
      if (fault) faults.push(describeFault(seed, request, fault));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

function faultIn(request: FuzzedRequest, { status, headers, text }: Outcome): string | undefined {
  statuses.add(status);
  if (status < 400) succeeded.add(request.route);
  // 503 is an honest answer: too many hashes wait, or the database did not answer the probe in time.
  if (status >= 500 && status !== 503) return `${status}\n${logOf(String(headers['x-request-id']))}`;
  const all = `${JSON.stringify(headers)}\n${text}`;
  if (victim.secrets.some((secret) => all.includes(secret)))
    return 'the answer contains a secret of the victim';
  if (headers['x-injected'] !== undefined) return 'the request added a header to the answer';
  if (/\n\s+at .+:\d+:\d+|node_modules/.test(text)) return `the answer contains a stack trace: ${text}`;
  if (headers['content-type'] === 'application/json' && text !== '') {
    try {
      JSON.parse(text);
    } catch {
      return `the answer is not JSON: ${text.slice(0, 200)}`;
    }
  }
  return undefined;
}

const logOf = (requestId: string) =>
  server.gatehouse
    .log()
    .split('\n')
    .filter((line) => line.includes(requestId))
    .join('\n');

function describeFault(seed: number, { method, path, headers, body }: FuzzedRequest, fault: string): string {
  const sent = JSON.stringify({ method, path, headers, body: body?.toString() }).slice(0, 1500);
  return `${fault}\n${sent}\nreplay: FUZZ_SEED=${seed} FUZZ_REQUESTS=1 npm test -- security/fuzz`;
}

test('every request gets an answer, and none a 500, a secret or a stack trace', () => {
  expect(faults.join('\n\n')).toBe('');
});

test('the requests get past the first checks, and succeed on most routes', () => {
  if (REQUESTS < 1000) return;
  expect([...statuses]).toEqual(expect.arrayContaining([200, 302, 400, 401, 403, 404, 413, 415]));
  const missed = routes.filter(({ name }) => !succeeded.has(name)).map(({ name }) => name);
  expect(missed.length).toBeLessThan(routes.length / 2);
});

test('raw bytes get no 500, and the server closes their connections', async () => {
  const count = Math.ceil(REQUESTS / 10);
  const found: string[] = [];
  for (let seed = SEED; seed < SEED + count; seed += 1) {
    const bytes = rawBytes(new Dice(seed));
    const received = await exchange(server.port, bytes).catch(
      (error: Error) => `HTTP/1.1 599 ${error.message}`,
    );
    if (/^HTTP\/1\.1 5/m.test(received))
      found.push(`${received.slice(0, 200)} for ${JSON.stringify(bytes.toString('latin1').slice(0, 300))}`);
  }
  expect(found).toEqual([]);
  expect((await aStranger(server.gatehouse).get('/api/auth/ok')).status).toBe(200);
}, 600_000);

test('nobody changed a row of the victim', async () => {
  expect(rowsBefore).toContain('victims-account');
  expect(await victim.rows()).toBe(rowsBefore);
});

test('nobody verified an address or banned a user by a field of a request', async () => {
  const users = await server.database.query(
    `select email, is_email_verified, banned from users where banned or (email like 'fuzz%' and is_email_verified)`,
  );
  expect(users).toEqual([]);
});

test(`the memory of the server grows by less than ${GROWTH} MiB`, async () => {
  expect((await server.memory()) - memoryBefore).toBeLessThan(GROWTH);
});

test('the log has no fault', () => {
  expect(
    server.gatehouse
      .log()
      .split('\n')
      .filter((line) => line.includes('unexpected fault')),
  ).toEqual([]);
});
