import type { AddressInfo } from 'node:net';
import fastify, { type FastifyReply } from 'fastify';
import { expireCookies, exposeHeader, keepLastOfEachCookie, setCookies } from '../../src/http/set-cookies.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';

/** The headers of an answer that `write` has written to. */
async function headersOf(write: (reply: FastifyReply) => void) {
  const server = fastify();
  server.get('/', (_request, reply) => {
    write(reply);
    return reply.send('');
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.address() as AddressInfo;
  const { headers } = await new BrowserLikeClient(`http://127.0.0.1:${port}`).get('/');
  await server.close();
  return headers;
}

test('cookies are set in their order, also one after the other', async () => {
  const headers = await headersOf((reply) => {
    setCookies(reply, ['a=1; Path=/', 'b=2']);
    setCookies(reply, ['c=3']);
  });
  expect(headers['set-cookie']).toEqual(['a=1; Path=/', 'b=2', 'c=3']);
});

test('a cookie that is expired is not set before, nor its chunks', async () => {
  const headers = await headersOf((reply) => {
    setCookies(reply, ['token=x; Path=/', 'token2=y', 'data.0=z', 'database=z']);
    expireCookies(reply, ['token=; Max-Age=0', 'data=; Max-Age=0']);
  });
  expect(headers['set-cookie']).toEqual(['token2=y', 'database=z', 'token=; Max-Age=0', 'data=; Max-Age=0']);
});

test('of several lines for a cookie the last can be kept', async () => {
  const headers = await headersOf((reply) => {
    setCookies(reply, ['a=1', 'b=1', 'a=2', 'c=1', 'b=2']);
    keepLastOfEachCookie(reply);
  });
  expect(headers['set-cookie']).toEqual(['a=2', 'c=1', 'b=2']);
});

test('one call may name a cookie twice, as the deletion set does', async () => {
  const headers = await headersOf((reply) => setCookies(reply, ['a=', 'a=', 'b=']));
  expect(headers['set-cookie']).toEqual(['a=', 'a=', 'b=']);
});

test('headers are exposed once each', async () => {
  const headers = await headersOf((reply) => {
    exposeHeader(reply, 'set-auth-token');
    exposeHeader(reply, 'set-auth-jwt');
    exposeHeader(reply, 'set-auth-token');
  });
  expect(headers['access-control-expose-headers']).toBe('set-auth-token, set-auth-jwt');
});
