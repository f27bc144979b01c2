import { fetchDocument, routesOf, type Route } from '../documentation/document.js';
import { hostileRequests, type HostileRequest } from './hostile/hostile-requests.js';
import { ALL_PLUGINS } from './plugin-options.js';
import { startPair, type Pair } from './pair.js';
import { PLUGIN_WORLD } from './random/plugin-world.js';
import { fillIn, send, type Answer, type Side } from './side.js';

const { HOSTILE_SHARE, HOSTILE_SEED } = process.env;

/** One of so many requests is sent. `HOSTILE_SHARE=1` sends all of them, which takes some minutes. */
const SHARE = Number(HOSTILE_SHARE ?? 20);
/** From 0 to below `SHARE`: which of them. */
const SEED = Number(HOSTILE_SEED ?? 10);

let pair: Pair;
let routes: Route[];

beforeAll(async () => {
  process.stdout.write(`hostile requests: HOSTILE_SHARE=${SHARE} HOSTILE_SEED=${SEED}\n`);
  pair = await startPair(ALL_PLUGINS);
  const { document } = await fetchDocument(pair.all().gatehouse);
  const plugins = Object.keys((ALL_PLUGINS.options?.['plugins'] ?? {}) as object);
  routes = routesOf(document).filter(({ operation }) => plugins.includes(operation.tags?.[0] ?? ''));
});

afterAll(() => pair.stop());

const ask = (side: Side, { method, path, body, headers, browser }: HostileRequest): Promise<Answer> =>
  send(side, {
    method,
    path: fillIn(side, `/api/auth${path}`),
    headers,
    browser,
    body: typeof body === 'string' || body === undefined ? body : fillIn(side, JSON.stringify(body)),
  });

test('no value makes a route of a plugin answer 500, and what fails in Better Auth is 400 with a code', async () => {
  const faults: string[] = [];
  let [sent, failedThere] = [0, 0];
  for (const [at, route] of routes.entries()) {
    const sides = pair.newSides();
    await PLUGIN_WORLD.populate(sides.oracle, 'oracle', `h${at}x`);
    await PLUGIN_WORLD.populate(sides.gatehouse, 'gatehouse', `h${at}x`);
    for (const request of hostileRequests(route)) {
      if ((sent += 1) % SHARE !== SEED) continue;
      const [theirs, ours] = await Promise.all([ask(sides.oracle, request), ask(sides.gatehouse, request)]);
      if (theirs.status >= 500) failedThere += 1;
      const isRight =
        ours.status < 500 &&
        (theirs.status < 500 || (ours.status === 400 && /"(message|error)":/.test(ours.text)));
      const { field, value } = request;
      if (!isRight)
        faults.push(`${route.name} ${field}, ${value}: ${theirs.status}, here ${ours.status} ${ours.text}`);
    }
  }
  expect(faults).toEqual([]);
  expect(failedThere).toBeGreaterThan(0);
  expect(pair.undocumented).toEqual([]);
}, 900_000);
