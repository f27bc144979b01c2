import type { onRequestHookHandler } from 'fastify';
import { definitionOf } from '../errors/defined-errors.js';
import { asJson } from './json-answer.js';

/** Browsers and proxies together send about 40. */
const MOST_HEADERS = 100;
/** Chromium keeps at most 180 cookies for a site. */
const MOST_COOKIES = 200;

/**
 * Refuses a request with more headers or cookies than a browser sends. Without this, one request could make the server
 * expire thousands of cookies. Node itself refuses headers of more than 16 KiB in all.
 */
export const limitHeaders: onRequestHookHandler = (request, reply, done) => {
  const { rawHeaders, headers } = request.raw;
  // Names and values in turn.
  if (rawHeaders.length <= 2 * MOST_HEADERS && countCookies(headers.cookie ?? '') <= MOST_COOKIES)
    return done();
  void asJson(reply)
    .code(431)
    .send(JSON.stringify(definitionOf('REQUEST_HEADERS_TOO_LARGE')));
};

function countCookies(header: string): number {
  let count = 1;
  for (let at = header.indexOf(';'); at >= 0; at = header.indexOf(';', at + 1)) count += 1;
  return count;
}
