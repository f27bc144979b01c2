import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember, aStranger, bearer, type Member } from '../setup/people.js';

let gatehouse: Gatehouse;
let ada: Member;

beforeAll(async () => {
  gatehouse = await startGatehouse();
  ada = await aMember(gatehouse);
});

afterAll(() => gatehouse.stop());

const REQUESTS = 600;

/** A reproducible generator of random numbers from 0 to below 1 (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const TEXTS = [
  '',
  ' ',
  'ada@example.com',
  'a\0b',
  '\ud800',
  '\u202e',
  '💥'.repeat(50),
  'x'.repeat(5000),
  "' or 1=1 --",
  '${7*7}',
  '../../etc/passwd',
  '<script>',
  '%00%0d%0a',
  '\r\nset-cookie: a=b',
  '//evil.example',
  '9'.repeat(400),
  'null',
  '__proto__',
];
const NAMES = [
  'name',
  'email',
  'password',
  'token',
  'image',
  'callbackURL',
  'redirectTo',
  'rememberMe',
  'disableRedirect',
  'state',
  'id',
  '__proto__',
  'constructor',
  'toString',
  '',
  'a.b[c]',
];
const TYPES = [
  'application/json',
  'application/x-www-form-urlencoded',
  'text/plain',
  'a/b',
  ';',
  'application/json;;',
];

interface Routes {
  readonly paths: Record<string, Record<string, unknown>>;
}

class Garbage {
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = randomNumbers(seed);
  }

  one<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.next() * choices.length)] as T;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  value(depth = 0): unknown {
    if (depth < 3 && this.chance(0.15)) return this.object(depth + 1);
    if (depth < 3 && this.chance(0.1)) return [this.value(depth + 1), this.value(depth + 1)];
    return this.one<unknown>([...TEXTS, null, true, false, 0, -1, 1e308, 12_345_678]);
  }

  object(depth = 0): Record<string, unknown> {
    const entries = Array.from({ length: Math.floor(this.next() * 6) }, () => [
      this.one(NAMES),
      this.value(depth),
    ]);
    return Object.fromEntries(entries) as Record<string, unknown>;
  }

  body(): string | undefined {
    if (this.chance(0.15)) return undefined;
    if (this.chance(0.15)) return this.one(TEXTS);
    const text = JSON.stringify(this.chance(0.8) ? this.object() : this.value());
    return this.chance(0.1) ? text.slice(0, -1) : text;
  }

  query(): string {
    if (this.chance(0.6)) return '';
    const encode = (text: string) => encodeURIComponent(Buffer.from(text).toString());
    const pairs = Array.from(
      { length: 3 },
      () =>
        `${encode(this.one([...NAMES, 'disableRefresh', 'error', 'error_description']))}=${encode(this.one(TEXTS))}`,
    );
    return `?${pairs.join('&')}${this.one(['', '&', '&%', '&=&', '#x'])}`;
  }

  headers(): Record<string, string> {
    const token = this.one([
      ada.token,
      `${ada.token}.x`,
      'eyJ.eyJ.x',
      'eyJhbGciOiJub25lIn0.e30.e30',
      'x',
      '%00',
      '..',
      '%',
    ]);
    return {
      ...(this.chance(0.4) ? { 'content-type': this.one(TYPES) } : {}),
      ...(this.chance(0.4) ? bearer(token) : {}),
      ...(this.chance(0.3)
        ? { origin: this.one([gatehouse.origin, 'null', 'https://evil.example', 'x', '://']) }
        : {}),
      ...(this.chance(0.3)
        ? {
            cookie: this.one([
              '',
              '=',
              'a',
              ';;;',
              'better-auth.session_token=%',
              `better-auth.session_token=${token}`,
            ]),
          }
        : {}),
      ...(this.chance(0.2)
        ? { 'x-forwarded-for': this.one(['', ',', '::', '::ffff:1.2.3.4%x', '1', 'é']) }
        : {}),
      ...(this.chance(0.2) ? { 'user-agent': this.one(['', '\u00ff', 'x'.repeat(4000)]) } : {}),
    };
  }
}

test(`none of ${REQUESTS} random requests to all routes gets a 500`, async () => {
  const { paths } = (await aStranger(gatehouse).get('/docs/json')).json<Routes>();
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => ({ path, method: method.toUpperCase() })),
  );
  const statuses = new Set<number>();
  for (let seed = 1; seed <= REQUESTS; seed++) {
    const garbage = new Garbage(seed);
    const { path, method } = garbage.one(routes);
    const call = { method, headers: garbage.headers(), body: garbage.body() };
    const address = `${path}${garbage.query()}`;
    const answer = await aStranger(gatehouse).call(address, call);
    statuses.add(answer.status);
    if (answer.status >= 500)
      throw new Error(`${answer.status} for ${JSON.stringify({ seed, address, ...call })}`);
    const type = answer.headers['content-type'];
    if (type === 'application/json' && answer.text !== '') answer.json();
    else expect(type ?? '').not.toContain('json;');
  }
  // Shows that the requests get further than the first check.
  expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 401, 403, 415]));
});
