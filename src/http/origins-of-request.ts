import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Config } from '../config/config.js';
import { authPath } from './auth-path.js';
import { webRequest } from './web-request.js';

const found = new WeakMap<FastifyRequest, readonly string[]>();

/** The patterns of trusted origins: those of the settings, and those that the module has named for this request. */
export const originsOf = (request: FastifyRequest, { trustedOrigins }: Config): readonly string[] =>
  found.get(request) ?? trustedOrigins;

/**
 * Asks the function `trustedOrigins` of the module before anything needs the answer. If it throws, so does the request.
 * @returns undefined if there is no such function.
 */
export function askForOrigins({
  functions,
  trustedOrigins,
  origin,
}: Config): onRequestHookHandler | undefined {
  const ask = functions.trustedOrigins;
  if (!ask) return undefined;
  const find = async (request: FastifyRequest) => {
    const further = await ask(webRequest(request.raw, request.originalUrl, origin));
    found.set(request, [
      ...trustedOrigins,
      ...further.filter((pattern): pattern is string => typeof pattern === 'string' && pattern !== ''),
    ]);
  };
  return (request, _reply, done) => {
    if (authPath(request.originalUrl) === undefined) return done();
    find(request).then(() => done(), done);
  };
}
