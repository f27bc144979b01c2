import type { CallHandler, CanActivate, ExecutionContext, NestInterceptor, Type } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyServerFactory } from 'fastify';
import { FEATURES } from '../src/assembly/features.js';
import { loadConfig } from '../src/assembly/load-config.js';
import { createApp } from '../src/create-app.js';
import type { RequestStep } from '../src/request-step.js';
import { REQUEST_STEPS } from '../src/request-steps.js';
import { createDatabase, type TestDatabase } from './setup/database.js';
import { MIGRATED, SECRET } from './setup/gatehouse.js';

const ORIGIN = 'http://app.example';
let database: TestDatabase;
let app: NestFastifyApplication;
let url: string;
let ran: string[] = [];

const note = (name: string) => {
  if (ran.at(-1) !== name) ran.push(name);
};

/** A subclass, so that Nest injects what it injects into the class itself. */
function notedGuard(type: Type<CanActivate>, name: string): Type<CanActivate> {
  return class extends type {
    override canActivate(context: ExecutionContext) {
      note(name);
      return super.canActivate(context);
    }
  };
}

function notedInterceptor(type: Type<NestInterceptor>, name: string): Type<NestInterceptor> {
  return class extends type {
    override intercept(context: ExecutionContext, next: CallHandler) {
      note(name);
      return super.intercept(context, next);
    }
  };
}

type Callable = (this: unknown, ...given: unknown[]) => unknown;

function noted<T>(callable: T, name: string): T {
  if (typeof callable !== 'function') return callable;
  const original = callable as unknown as Callable;
  const wrapped = function (this: unknown, ...given: unknown[]) {
    note(name);
    return original.apply(this, given);
  };
  // Fastify tells hooks with a callback from others by the number of their parameters.
  Object.defineProperty(wrapped, 'length', { value: original.length });
  return wrapped as unknown as T;
}

function notedServer(factory: FastifyServerFactory, name: string): FastifyServerFactory {
  return (handle, options) => factory(handle, options).prependListener('request', () => note(name));
}

function notedStep(step: RequestStep): RequestStep {
  const { name } = step;
  if (step.at === 'guard') return { ...step, type: notedGuard(step.type, name) };
  if (step.at === 'interceptor') return { ...step, type: notedInterceptor(step.type, name) };
  if (step.at === 'server') {
    return {
      ...step,
      options: (beginning) =>
        Object.fromEntries(
          Object.entries(step.options(beginning)).map(([option, value]) => [
            option,
            option === 'serverFactory'
              ? notedServer(value as FastifyServerFactory, name)
              : noted(value, name),
          ]),
        ),
    };
  }
  if (step.at === 'body') {
    return {
      ...step,
      install(server, config) {
        const add = server.addContentTypeParser.bind(server) as unknown as Callable;
        const spied = (...given: unknown[]) => add(...given.slice(0, -1), noted(given.at(-1), name));
        step.install(
          new Proxy(server, {
            get: (of, key) => (key === 'addContentTypeParser' ? spied : Reflect.get(of, key)),
          }),
          config,
        );
      },
    };
  }
  if (step.at === 'onRequest') return { ...step, hook: (of) => noted(step.hook(of), name) };
  if (step.at === 'onSend') return { ...step, hook: (of) => noted(step.hook(of), name) };
  if (step.at === 'onResponse') return { ...step, hook: (of) => noted(step.hook(of), name) };
  return step;
}

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  const config = loadConfig({
    DATABASE_URL: database.url,
    BETTER_AUTH_SECRET: SECRET,
    BETTER_AUTH_URL: 'http://localhost:3000',
    BETTER_AUTH_TRUSTED_ORIGINS: ORIGIN,
    DISABLED_PATHS: '/list-accounts',
    RATE_LIMIT_ENABLED: 'true',
    SESSION_CACHE: 'true',
    PASSWORD_BCRYPT_COST: '10',
    LOG_LEVEL: 'silent',
  });
  app = await createApp(config, { steps: REQUEST_STEPS.map(notedStep), features: FEATURES });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});

afterAll(async () => {
  await app.close();
  await database.drop();
});

const names = (...ats: RequestStep['at'][]) =>
  REQUEST_STEPS.filter(({ at }) => ats.includes(at)).map(({ name }) => name);

async function stepsOf(path: string, body?: object): Promise<string[]> {
  ran = [];
  const answer = await fetch(`${url}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { origin: ORIGIN, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  await answer.text();
  while (ran.at(-1) !== REQUEST_STEPS.at(-1)?.name) await new Promise((later) => setTimeout(later, 5));
  return ran;
}

/** The settings of this test switch these steps off. */
const SWITCHED_OFF = ['trusted-origins', 'trace'];

test('a request passes the steps in the order in which they are listed', async () => {
  const person = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' };
  const expected = REQUEST_STEPS.map(({ name }) => name).filter(
    (name) => !['malformed', 'errors', ...SWITCHED_OFF].includes(name),
  );
  expect(await stepsOf('/api/auth/sign-up/email', person)).toEqual(expected);
});

test('a request for an unknown path is answered before its body is read', async () => {
  const steps = await stepsOf('/api/auth/nowhere', {});
  expect(steps.slice(0, -names('onSend', 'onResponse').length).at(-1)).toBe('unknown-paths');
});

interface Hooks {
  readonly [at: string]: readonly unknown[];
}

/** The hooks that every request passes. */
function hooksOf(server: object): Hooks {
  const key = Object.getOwnPropertySymbols(server).find(({ description }) => description === 'fastify.hooks');
  return (server as Record<symbol, Hooks>)[key ?? Symbol('none')] ?? {};
}

test('Fastify runs no hooks besides the listed ones and those of Nest itself', async () => {
  const hooks = hooksOf(app.getHttpAdapter().getInstance());
  const bare = new FastifyAdapter({ skipMiddie: true });
  await bare.init();
  await bare.getInstance().ready();
  const ofNest = hooksOf(bare.getInstance());
  const listed = (at: string) =>
    REQUEST_STEPS.filter((step) => step.at === at && !SWITCHED_OFF.includes(step.name)).length;
  const kinds = [
    'onRequest',
    'preParsing',
    'preValidation',
    'preHandler',
    'preSerialization',
    'onSend',
    'onResponse',
  ];
  for (const at of kinds)
    expect([at, hooks[at]?.length]).toEqual([at, (ofNest[at]?.length ?? 0) + listed(at)]);
});
