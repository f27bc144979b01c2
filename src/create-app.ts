import { RequestMethod } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, PARTS, type Parts } from './app.module.js';
import { featuresOf } from './assembly/features.js';
import { BASE_PATH, type Config } from './config/config.js';
import { installDocumentation } from './documentation/documentation.js';
import { installClient } from './http/client.js';
import { installDirectRoutes } from './http/direct-routes.js';
import { HEADER_SIZE } from './http/http-server.js';
import { RepeatedAnswers, type Surroundings } from './http/repeated/repeated-answers.js';
import { Logger } from './logging/logger.js';
import { RequestMetrics } from './http/request-metrics.js';
import { RateLimiter } from './rate-limits/rate-limiter.js';
import type { Application, Beginning, RequestStep } from './request-step.js';
import type { Telemetry } from './telemetry/telemetry.js';
import { TELEMETRY } from './telemetry/telemetry.module.js';
import { Admission } from './sessions/admission.js';
import { CurrentSession } from './sessions/current/current-session.js';
import { installRequestedSession } from './sessions/requested-session.js';

/** Routes for operators. They are not below the base path. */
const OPERATORS_ROUTES = ['/', 'health/live', 'health/ready', 'metrics'].map((path) => ({
  path,
  method: RequestMethod.ALL,
}));

function noSchemas(): never {
  throw new Error(
    'A route has a Fastify schema, which this server does not use. Declare the classes of body and answer in the route.',
  );
}

/**
 * Creates the application for the program and the tests. It is initialised, but does not listen yet.
 * @throws {StartupFault} if the database cannot be used.
 */
export async function createApp(config: Config, given: Parts = PARTS): Promise<NestFastifyApplication> {
  const parts = { ...given, features: await featuresOf(config, given.features) };
  const repeated = config.sessionCache.enabled
    ? new RepeatedAnswers(config.sessionCache.size, askedAnew(config))
    : undefined;
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(config, parts),
    adapterWith(parts.steps, { config, repeated }),
    {
      bodyParser: false,
      // Nest's own messages are off, because a start that fails prints one line that says why.
      logger: false,
      abortOnError: false,
    },
  );
  app.useLogger(app.get(Logger));
  app.setGlobalPrefix(BASE_PATH.slice(1), { exclude: OPERATORS_ROUTES });
  const server = app.getHttpAdapter().getInstance();
  const telemetry = app.get<Telemetry | undefined>(TELEMETRY);
  installSteps(parts.steps, { config, repeated, server, telemetry, get: (type) => app.get(type) });
  installClient(server, config);
  installRequestedSession(server, app.get(CurrentSession));
  installDirectRoutes(server, app, app.get(Admission, { strict: false }));
  for (const { install } of parts.features) await install?.(server, app);
  if (config.docs) installDocumentation(app, config);
  repeated?.start(server, surroundingsOf(app));
  await app.init();
  await server.ready();
  return app;
}

/** Headers of requests that are never answered from memory. A function may change its mind about an origin. */
const askedAnew = ({ plugins, functions }: Config): string[] => [
  ...(plugins?.keyHeaders ?? []),
  ...(functions.trustedOrigins ? ['origin'] : []),
];

function adapterWith(steps: readonly RequestStep[], beginning: Beginning): FastifyAdapter {
  const options = steps.map((step) => (step.at === 'server' ? step.options(beginning) : {}));
  return new FastifyAdapter({
    exposeHeadRoutes: false,
    // The limit of all headers together is enough. Fastify would answer 414 from the 101st character.
    routerOptions: { maxParamLength: HEADER_SIZE },
    // The server uses neither middleware nor schemas, so Fastify does not load the modules for them.
    skipMiddie: true,
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    forceCloseConnections: 'idle',
    // A request on an open connection is answered as usual, and `last-answers` then closes the connection.
    return503OnClosing: false,
    ...Object.assign({}, ...options),
  });
}

/** Fastify runs the hooks of one kind in the order in which they are added. */
function installSteps(steps: readonly RequestStep[], app: Application): void {
  const { server } = app;
  for (const step of steps) {
    if (step.at === 'body') step.install(server, app.config);
    if (step.at === 'onRequest') {
      const hook = step.hook(app);
      if (hook) server.addHook('onRequest', hook);
    }
    if (step.at === 'onSend') {
      const hook = step.hook(app);
      if (hook) server.addHook('onSend', hook);
    }
    if (step.at === 'onResponse') {
      const hook = step.hook(app);
      if (hook) server.addHook('onResponse', hook);
    }
  }
}

/** The rate limits, the log and the metrics for answers that are sent without Fastify and its hooks. */
function surroundingsOf(app: NestFastifyApplication): Surroundings {
  const [limiter, logger, metrics] = [app.get(RateLimiter), app.get(Logger), app.get(RequestMetrics)];
  const telemetry = app.get<Telemetry | undefined>(TELEMETRY);
  return {
    refuses: limiter.enabled
      ? async (raw) =>
          (await limiter.refuses({ raw, originalUrl: raw.url ?? '', route: raw.url ?? '' })) !== undefined
      : undefined,
    record(answered, headers) {
      telemetry?.repeated(headers, answered);
      logger.answered(answered);
      metrics.observe(answered);
      metrics.repeated += 1;
    },
  };
}
