import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { RequestMethod } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import type { Feature } from './assembly/feature.js';
import { BASE_PATH, type Config } from './config/config.js';
import { DOCUMENTATION_PATH, installDocumentation } from './documentation/documentation.js';
import { BODY_LIMIT, installBodyParser } from './http/body-parser.js';
import { installSetAuthToken } from './features/bearer/set-auth-token.js';
import { installClient } from './http/client.js';
import { installAnswerHeaders } from './http/request-cookies.js';
import { installCors } from './http/cors.js';
import { installDirectRoutes } from './http/direct-routes.js';
import { installDisabledPaths } from './http/disabled-paths.js';
import { closeConnectionsWithLastAnswers } from './http/last-answers.js';
import { RepeatedAnswers, type Surroundings } from './http/repeated-answers.js';
import { RequestMetrics } from './http/request-metrics.js';
import { answerMalformedRequest } from './http/malformed-requests.js';
import { installSecurityHeaders } from './http/security-headers.js';
import { strictUrl } from './http/strict-paths.js';
import { Logger } from './logging/logger.js';
import { installRequestLog } from './logging/request-log.js';
import { installRateLimits } from './rate-limits/install-rate-limits.js';
import { RateLimiter } from './rate-limits/rate-limiter.js';
import { ChangeListener } from './sessions/cache/change-listener.js';
import { installOwnChanges } from './sessions/cache/own-changes.js';

/** Outside of the base path, for those who run the server. */
const OPERATORS_ROUTES = ['/', 'health/live', 'health/ready', 'metrics'].map((path) => ({
  path,
  method: RequestMethod.GET,
}));

function noSchemas(): never {
  throw new Error('Bodies are validated by their classes, and answers are written by their routes.');
}

/**
 * The application, initialised and not yet listening; the program and the tests share it.
 * @throws {StartupFault} when the database cannot be used.
 */
export async function createApp(
  config: Config,
  features?: readonly Feature[],
): Promise<NestFastifyApplication> {
  const repeated = config.sessionCache.enabled ? new RepeatedAnswers(config.sessionCache.size) : undefined;
  const adapter = new FastifyAdapter({
    ...(repeated ? { serverFactory: repeated.serverFactory } : {}),
    bodyLimit: BODY_LIMIT,
    exposeHeadRoutes: false,
    // Neither middleware nor schemas are used, so what serves them is not even loaded.
    skipMiddie: true,
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    genReqId: () => randomUUID(),
    rewriteUrl: (request: IncomingMessage) => strictUrl(request.url, config.advanced.skipTrailingSlashes),
    forceCloseConnections: 'idle',
    clientErrorHandler: answerMalformedRequest,
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config, features), adapter, {
    bodyParser: false,
    // Until the application's own logger is there nothing is said: what stops the start is told in one sentence.
    logger: false,
    abortOnError: false,
  });
  app.useLogger(app.get(Logger));
  app.setGlobalPrefix(BASE_PATH.slice(1), { exclude: OPERATORS_ROUTES });
  const server = app.getHttpAdapter().getInstance();
  installBodyParser(server);
  installRequestLog(server, app.get(Logger));
  closeConnectionsWithLastAnswers(server);
  // The protocol's order (protocol.md §4.1); a browser is told why it is refused, so CORS comes first.
  installCors(server, config);
  installDisabledPaths(server, config.disabledPaths);
  installRateLimits(server, app.get(RateLimiter));
  // An unknown path is nobody's: its body is not looked at.
  server.addHook('onRequest', (request, reply, done) => {
    if (request.is404) void reply.code(404).send();
    else done();
  });
  if (config.sessionCache.enabled) installOwnChanges(server, app.get(ChangeListener));
  repeated?.install(server, surroundingsOf(app));
  installSecurityHeaders(server, config, DOCUMENTATION_PATH);
  installAnswerHeaders(server);
  installSetAuthToken(server, config);
  installClient(server, config);
  installDirectRoutes(server, app);
  installDocumentation(app, config);
  await app.init();
  await server.ready();
  return app;
}

/** Limits, log and metrics of an answer that does not come by way of Fastify's hooks. */
function surroundingsOf(app: NestFastifyApplication): Surroundings {
  const [limiter, logger, metrics] = [app.get(RateLimiter), app.get(Logger), app.get(RequestMetrics)];
  return {
    refuses: limiter.enabled
      ? async (raw) =>
          (await limiter.refuses({ raw, headers: raw.headers, originalUrl: raw.url ?? '', is404: false })) !==
          undefined
      : undefined,
    record(answered) {
      logger.answered(answered);
      metrics.observe(answered);
      metrics.repeated += 1;
    },
  };
}
