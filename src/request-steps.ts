import { randomUUID } from 'node:crypto';
import { DOCUMENTATION_PATH } from './documentation/documentation.js';
import { AddedHeaders } from './http/added-headers.js';
import { AnswerInterceptor } from './http/answer.interceptor.js';
import { dropNeedlessType, installBodyParser } from './http/body-parser.js';
import { CallbackGuard } from './http/callback.guard.js';
import { cors, methodsOf } from './http/cors.js';
import { answerDisabledPaths } from './http/disabled-paths.js';
import { ErrorFilter } from './http/error.filter.js';
import { FormCsrfGuard } from './http/form-csrf.guard.js';
import { limitHeaders } from './http/header-limits.js';
import { limitedServer } from './http/http-server.js';
import { InputGuard } from './http/input.guard.js';
import { closeConnectionsWithLastAnswers } from './http/last-answers.js';
import { answerMalformedRequest } from './http/malformed-requests.js';
import { forbidStoring } from './http/no-store.js';
import { OriginGuard } from './http/origin.guard.js';
import { askForOrigins } from './http/origins-of-request.js';
import { forgetChangedBodies } from './http/repeated/changed-bodies.js';
import { writeAnswerHeaders } from './http/request-cookies.js';
import { answerInTime } from './http/request-deadline.js';
import { securityHeaders } from './http/security-headers.js';
import { strictUrl } from './http/strict-paths.js';
import { answerUnknownPaths } from './http/unknown-paths.js';
import { Logger } from './logging/logger.js';
import { logAnswers, sendRequestId } from './logging/request-log.js';
import { readTraceContext } from './logging/trace-context.js';
import { followRequests } from './telemetry/follow-requests.js';
import { RequestMetrics } from './http/request-metrics.js';
import { limitRequests } from './rate-limits/limit-requests.js';
import { RateLimiter } from './rate-limits/rate-limiter.js';
import type { RequestStep } from './request-step.js';
import { ChangeListener } from './sessions/cache/change-listener.js';
import { awaitOwnChanges } from './sessions/cache/own-changes.js';
import { SessionGuard } from './sessions/session.guard.js';

/**
 * All steps of a request, in the order in which they run. The route runs between the guards and the interceptor. If
 * anything throws, the filter runs instead of the interceptor.
 */
export const REQUEST_STEPS: readonly RequestStep[] = [
  {
    name: 'malformed',
    does: 'answers bytes that are not HTTP with 400, 408, 413 or 431, and closes the connection',
    at: 'server',
    options: () => ({ clientErrorHandler: answerMalformedRequest }),
  },
  {
    name: 'repeat',
    does: 'limits connections and their time; sends an earlier answer again if it is still correct, and then no other step runs',
    at: 'server',
    options: ({ config, repeated }) => ({ serverFactory: limitedServer(config, repeated?.inFront) }),
  },
  {
    name: 'strict-path',
    does: 'resolves the path as in the protocol, so that no other spelling of a path reaches a route',
    at: 'server',
    options: ({ config: { advanced } }) => ({
      rewriteUrl: ({ url }) => strictUrl(url, advanced.skipTrailingSlashes),
    }),
  },
  {
    name: 'request-id',
    does: 'gives the request an id',
    at: 'server',
    options: () => ({ genReqId: () => randomUUID() }),
  },
  {
    name: 'deadline',
    does: 'answers 503 if the request is not answered in time, whatever it waits for',
    at: 'onRequest',
    hook: ({ server, config }) => answerInTime(server, config.requestDeadline),
  },
  {
    name: 'trace-context',
    does: 'takes the trace id from the header traceparent, for the log',
    at: 'onRequest',
    hook: ({ server }) => readTraceContext(server),
  },
  {
    name: 'trace',
    does: 'begins the trace of the request, if traces are sent to a collector',
    at: 'onRequest',
    hook: ({ server, telemetry }) => telemetry && followRequests(server, telemetry),
  },
  {
    name: 'needless-type',
    does: 'ignores the content type of a request without a body',
    at: 'onRequest',
    hook: () => dropNeedlessType,
  },
  {
    name: 'send-request-id',
    does: 'sends the id in x-request-id',
    at: 'onRequest',
    hook: () => sendRequestId,
  },
  {
    name: 'trusted-origins',
    does: 'asks the function trustedOrigins of the module in PLUGINS, if there is one',
    at: 'onRequest',
    hook: ({ config }) => askForOrigins(config),
  },
  {
    name: 'cors',
    does: 'lets pages of trusted origins read every answer, errors included; answers preflights',
    at: 'onRequest',
    hook: ({ config, server, get }) => cors(config, get(AddedHeaders), methodsOf(server)),
  },
  {
    name: 'header-limits',
    does: 'answers 431 if the request has too many headers or cookies',
    at: 'onRequest',
    hook: () => limitHeaders,
  },
  {
    name: 'disabled-paths',
    does: 'answers 404 for the paths in disabledPaths',
    at: 'onRequest',
    hook: ({ config }) => answerDisabledPaths(config.disabledPaths),
  },
  {
    name: 'rate-limits',
    does: 'counts the request, and answers 429 if there were too many',
    at: 'onRequest',
    hook: ({ server, get }) => limitRequests(server, get(RateLimiter)),
  },
  {
    name: 'unknown-paths',
    does: 'answers 404 for a path without a route',
    at: 'onRequest',
    hook: () => answerUnknownPaths,
  },
  {
    name: 'security-headers',
    does: 'sets headers so that a browser does not run or frame the answer',
    at: 'onRequest',
    hook: ({ config }) => securityHeaders(config, DOCUMENTATION_PATH),
  },
  {
    name: 'no-store',
    does: 'forbids caches to store the answer, unless the route is cacheable',
    at: 'onRequest',
    hook: () => forbidStoring,
  },
  {
    name: 'body',
    does: 'reads JSON, or a form where the route takes one; answers 400, 413 or 415',
    at: 'body',
    install: installBodyParser,
  },
  {
    name: 'origin',
    does: 'answers 403 if a request with cookies comes from an untrusted origin, or a target in the body is untrusted',
    at: 'guard',
    type: OriginGuard,
  },
  {
    name: 'input',
    does: 'answers 400 if the body or the query is not what the route declares',
    at: 'guard',
    type: InputGuard,
  },
  {
    name: 'form-csrf',
    does: 'answers 403 if a form on another site would sign the visitor in',
    at: 'guard',
    type: FormCsrfGuard,
  },
  {
    name: 'session',
    does: 'finds the session, and answers 401 if the route needs one, or 403 if it needs a fresh one',
    at: 'guard',
    type: SessionGuard,
  },
  {
    name: 'callback',
    does: 'answers 403 if a mailed link would redirect to an untrusted URL',
    at: 'guard',
    type: CallbackGuard,
  },
  {
    name: 'answer',
    does: 'turns what the route returns into cookies, headers and JSON text',
    at: 'interceptor',
    type: AnswerInterceptor,
  },
  {
    name: 'errors',
    does: 'turns an error into an answer, and logs it if it was not expected',
    at: 'filter',
    type: ErrorFilter,
  },
  {
    name: 'last-answers',
    does: 'closes the connection after the answer if the server is stopping',
    at: 'onSend',
    hook: ({ server }) => closeConnectionsWithLastAnswers(server),
  },
  {
    name: 'own-changes',
    does: 'waits until the session cache knows what this request changed',
    at: 'onSend',
    hook: ({ config, get }) =>
      config.sessionCache.enabled ? awaitOwnChanges(get(ChangeListener)) : undefined,
  },
  {
    name: 'answer-headers',
    does: 'writes Set-Cookie, the headers that features derive from it, and the status of a redirect',
    at: 'onSend',
    hook: ({ get }) => writeAnswerHeaders(get(AddedHeaders)),
  },
  {
    name: 'changed-bodies',
    does: 'makes sure that an answer is not sent again if a step changed its body',
    at: 'onSend',
    hook: ({ repeated }) => (repeated ? forgetChangedBodies : undefined),
  },
  {
    name: 'learn',
    does: 'stores an answer that may be sent again',
    at: 'onResponse',
    hook: ({ repeated }) => repeated?.learn,
  },
  {
    name: 'measure',
    does: 'counts the answer and its time for /metrics',
    at: 'onResponse',
    hook: ({ get }) => get(RequestMetrics).measure,
  },
  {
    name: 'log',
    does: 'logs one line for the answer',
    at: 'onResponse',
    hook: ({ get }) => logAnswers(get(Logger)),
  },
];
