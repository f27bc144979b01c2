import { Module, type OnModuleInit } from '@nestjs/common';
import type { Feature } from '../../../src/assembly/feature.js';
import { FEATURES } from '../../../src/assembly/features.js';
import { loadConfig } from '../../../src/assembly/load-config.js';
import { createApp } from '../../../src/create-app.js';
import type { RequestStep } from '../../../src/request-step.js';
import { REQUEST_STEPS } from '../../../src/request-steps.js';
import { SessionHeaders } from '../../../src/sessions/session-headers.js';
import { SessionsModule } from '../../../src/sessions/sessions.module.js';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, SECRET } from '../../setup/gatehouse.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
});

afterAll(() => database.drop());

/** A feature that adds a header to get-session. */
function headerFeature(until: number | undefined): Feature {
  @Module({ imports: [SessionsModule] })
  class HeaderFeature implements OnModuleInit {
    constructor(private readonly headers: SessionHeaders) {}

    onModuleInit(): void {
      const header = { name: 'x-feature', value: 'here', ...(until === undefined ? {} : { until }) };
      this.headers.add({ of: () => Promise.resolve(header) });
    }
  }
  return { module: HeaderFeature };
}

/** A step that a feature might put before the one that looks whether the body was changed. */
const changesBody: RequestStep = {
  name: 'feature',
  does: 'adds a space to each body',
  at: 'onSend',
  hook: () => (_request, _reply, payload, done) =>
    done(null, typeof payload === 'string' ? `${payload} ` : payload),
};

const addsHeader: RequestStep = {
  name: 'feature',
  does: 'adds a header to each answer',
  at: 'onRequest',
  hook: () => (_request, reply, done) => {
    void reply.header('x-feature', 'here');
    done();
  },
};

/** How many of 20 answers to one member are repeated. */
async function repeatedWith({
  features = [],
  steps = [],
}: {
  features?: readonly Feature[];
  steps?: RequestStep[];
}) {
  const config = loadConfig({
    DATABASE_URL: database.url,
    BETTER_AUTH_SECRET: SECRET,
    BETTER_AUTH_URL: 'http://localhost:3000',
    SESSION_CACHE: 'true',
    PASSWORD_BCRYPT_COST: '10',
    LOG_LEVEL: 'silent',
  });
  const app = await createApp(config, {
    steps: [...steps, ...REQUEST_STEPS],
    features: [...FEATURES, ...features],
  });
  try {
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    const email = `${Math.random()}@example.com`;
    const signedUp = await fetch(`${url}/api/auth/sign-up/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: config.origin },
      body: JSON.stringify({ name: 'Ada', email, password: 'correct horse battery' }),
    });
    const cookie = signedUp.headers
      .getSetCookie()
      .map((line) => line.split(';', 1)[0])
      .join('; ');
    for (let n = 0; n < 20; n += 1) {
      const answer = await fetch(`${url}/api/auth/get-session`, { headers: { cookie } });
      expect(await answer.json()).toMatchObject({ user: { email } });
      if (features.length > 0 || steps.includes(addsHeader))
        expect(answer.headers.get('x-feature')).toBe('here');
      await new Promise((later) => setTimeout(later, 10));
    }
    const metrics = await (await fetch(`${url}/metrics`)).text();
    return Number(/^gatehouse_repeated_answers_total (\d+)$/m.exec(metrics)?.[1]);
  } finally {
    await app.close();
  }
}

test('an answer to which the jwt feature alone contributed is repeated', async () => {
  expect(await repeatedWith({})).toBeGreaterThan(5);
});

test('an answer with a header that holds long enough is repeated', async () => {
  expect(await repeatedWith({ features: [headerFeature(Date.now() + 600_000)] })).toBeGreaterThan(5);
});

test('an answer with a header that does not say until when it holds is never repeated', async () => {
  expect(await repeatedWith({ features: [headerFeature(undefined)] })).toBe(0);
});

test.each([
  ['adds a header', addsHeader],
  ['changes the body', changesBody],
])('an answer is never repeated if another step %s', async (_, step) => {
  expect(await repeatedWith({ steps: [step] })).toBe(0);
});
