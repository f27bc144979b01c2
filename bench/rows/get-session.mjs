import { existsSync } from 'node:fs';
import { sessionCookies } from '../environment.mjs';
import { atLeast, atMost } from '../figures.mjs';
import { compete } from '../load.mjs';

const SESSIONS = 10_000;
const PATH = '/api/auth/get-session';
const MODULE = 'node_modules/@thallesp/nestjs-better-auth/package.json';

/** Compares `get-session` with a database read, both without and with the `set-auth-jwt` header of the jwt plugin. */
export async function getSession(environment, size) {
  const url = await environment.database('get_session', SESSIONS);
  const headers = sessionCookies(1000, SESSIONS).map((cookie) => ({ cookie }));
  const contestants = [];
  const enter = async (name, kind, settings) => {
    const server = await environment.server(kind, url, settings);
    contestants.push({ name, server, target: { origin: server.origin, path: PATH, headers } });
  };
  await enter('better-auth', 'better-auth');
  if (existsSync(MODULE)) await enter('nestjs-better-auth', 'nestjs-better-auth');
  await enter('better-auth, set-auth-jwt', 'better-auth', { PLUGINS: 'true' });
  await enter('Gatehouse', 'gatehouse', { DISABLE_SETTING_JWT_HEADER: 'true' });
  await enter('Gatehouse, set-auth-jwt', 'gatehouse');
  await enter('bare statement', 'statement');
  const { rate, p99, ratio } = await compete(contestants, size);
  await Promise.all(contestants.map(({ server }) => server.stop()));
  return {
    title: 'get-session, database read, 16 connections',
    bars: contestants.map(({ name }) => ({ name, rate: rate(name), p99: p99(name) })),
    figures: [
      atLeast('throughput / better-auth', ratio('Gatehouse', 'better-auth'), 7),
      atLeast('throughput / bare statement', ratio('Gatehouse', 'bare statement'), 0.85),
      atMost('p99 / better-auth', ratio('Gatehouse', 'better-auth', 'p99'), 1 / 3),
      atLeast(
        'throughput / better-auth, both with set-auth-jwt',
        ratio('Gatehouse, set-auth-jwt', 'better-auth, set-auth-jwt'),
        7,
      ),
    ],
    notes: existsSync(MODULE)
      ? []
      : [
          'nestjs-better-auth is not installed. To include it, use Node.js 22.22.1 and run: npm install --no-save @thallesp/nestjs-better-auth',
        ],
  };
}
