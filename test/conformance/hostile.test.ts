import { fetchDocument, routesOf, type Route } from '../documentation/document.js';
import { hostileRequests, type HostileRequest } from './hostile/hostile-requests.js';
import {
  hasFailed,
  IDENTITY_WORLDS,
  identityRequests,
  isDestructive,
  refusesGood,
  stepsBefore,
} from './hostile/identity-routes.js';
import { WITH_IDENTITY } from './plugin-options.js';
import { startPair, type Pair, type Sides } from './pair.js';
import { PLUGIN_WORLD } from './random/plugin-world.js';
import { fillIn, send, type Answer, type Side } from './side.js';
import type { Step } from './steps.js';

const { HOSTILE_SHARE, HOSTILE_SEED } = process.env;

/** One of so many requests is sent. `HOSTILE_SHARE=1` sends all of them, which takes some minutes. */
const SHARE = Number(HOSTILE_SHARE ?? 20);
/** From 0 to below `SHARE`: which of them. */
const SEED = Number(HOSTILE_SEED ?? 10) % SHARE;

/** These requests need more requests before them. */
const SHARE_OF_IDENTITY = SHARE === 1 ? 1 : SHARE * 4;

const IDENTITY = ['oauth-provider', 'sso', 'scim'];

let pair: Pair;
let routes: Route[];

beforeAll(async () => {
  process.stdout.write(`hostile requests: HOSTILE_SHARE=${SHARE} HOSTILE_SEED=${SEED}\n`);
  pair = await startPair(WITH_IDENTITY);
  const { document } = await fetchDocument(pair.all().gatehouse);
  const plugins = Object.keys((WITH_IDENTITY.options?.['plugins'] ?? {}) as object);
  routes = routesOf(document).filter(({ operation }) => plugins.includes(operation.tags?.[0] ?? ''));
});

afterAll(() => pair.stop());

const pluginOf = ({ operation }: Route) => operation.tags?.[0] ?? '';
const routesOfPlugin = (plugin: string) => routes.filter((route) => pluginOf(route) === plugin);

const ask = (side: Side, { method, path, body, headers, browser }: HostileRequest): Promise<Answer> =>
  send(side, {
    method,
    path: fillIn(side, `/api/auth${path}`),
    headers,
    browser,
    body:
      typeof body === 'string' || body === undefined
        ? fillText(side, body)
        : fillIn(side, JSON.stringify(body)),
  });

const fillText = (side: Side, body: string | undefined) => body && fillIn(side, body);

/** Compares the answers to hostile requests. */
class Judge {
  readonly faults: string[] = [];
  failedThere = 0;
  private sent = 0;

  constructor(private readonly share: number) {}

  /** True for the requests that this run sends. */
  takes(): boolean {
    return (this.sent += 1) % this.share === SEED;
  }

  async judge({ oracle, gatehouse }: Sides, route: Route, request: HostileRequest): Promise<Answer> {
    const [theirs, ours] = await Promise.all([ask(oracle, request), ask(gatehouse, request)]);
    if (theirs.status >= 500) this.failedThere += 1;
    const isRight =
      ours.status < 500 &&
      (theirs.status < 500 || (ours.status === 400 && /"(message|error|detail)":/.test(ours.text)));
    const { field, value } = request;
    if (!isRight)
      this.faults.push(
        `${route.name} ${field}, ${value}: ${theirs.status} ${theirs.text}, here ${ours.status} ${ours.text}`,
      );
    return ours;
  }
}

test('no value makes a route of a plugin answer 500, and what fails in Better Auth is 400 with a code', async () => {
  const judge = new Judge(SHARE);
  for (const [at, route] of routes.filter((each) => !IDENTITY.includes(pluginOf(each))).entries()) {
    const sides = pair.newSides();
    await PLUGIN_WORLD.populate(sides.oracle, 'oracle', `h${at}x`);
    await PLUGIN_WORLD.populate(sides.gatehouse, 'gatehouse', `h${at}x`);
    for (const request of hostileRequests(route)) if (judge.takes()) await judge.judge(sides, route, request);
  }
  expect(judge.faults).toEqual([]);
  expect(judge.failedThere).toBeGreaterThan(0);
  expect(pair.undocumented).toEqual([]);
}, 900_000);

test.each(IDENTITY)(
  'the same for %s, and a good request is accepted',
  async (plugin) => {
    const judge = new Judge(SHARE_OF_IDENTITY);
    let sides = pair.newSides();
    let isWhole = false;
    for (const route of routesOfPlugin(plugin)) {
      if (!isWhole) await take((sides = pair.newSides()), IDENTITY_WORLDS[plugin] ?? []);
      isWhole = !isDestructive(route);
      const { hostile, good } = identityRequests(route);
      for (const request of [...hostile.filter((each) => hasFailed(route, each) || judge.takes()), good]) {
        // All requests together reach the limits that users have.
        if (request === good && SHARE === 1)
          await take((sides = pair.newSides()), IDENTITY_WORLDS[plugin] ?? []);
        await take(sides, stepsBefore(route));
        const ours = await judge.judge(sides, route, request);
        if (request === good && ours.status >= 400 && !refusesGood(route))
          judge.faults.push(`${route.name} refuses a good request: ${ours.text}`);
      }
    }
    expect(judge.faults).toEqual([]);
    expect(pair.undocumented).toEqual([]);
  },
  900_000,
);

async function take(sides: Sides, steps: readonly Step[]): Promise<void> {
  await Promise.all(
    Object.values(sides).map(async (side: Side) => {
      for (const step of steps) await step.run(side);
    }),
  );
}
