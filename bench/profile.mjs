// Shows where the time of a request goes: `npm run bench:profile -- cache`, or the name of a route, such as list-sessions.
// It takes a CPU profile of the server under load and sums it up by function. The last line names the file of the profile,
// which Chrome's DevTools show as a flame chart.
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sessionCookies, startEnvironment } from './environment.mjs';
import { load } from './load.mjs';
import { ROUTES } from './rows/routes.mjs';

const SESSIONS = 10_000;
const PATH = '/api/auth/get-session';
const SETTINGS = {
  'get-session': { DISABLE_SETTING_JWT_HEADER: 'true' },
  cache: { SESSION_CACHE: 'true', DISABLE_SETTING_JWT_HEADER: 'true' },
};
/** Number of functions to print. */
const TOP = 40;

const [what = 'get-session', seconds = '8', kind = 'gatehouse'] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'gatehouse-profile-'));
const requestsTo =
  ROUTES[what]?.requestsTo ??
  (() => sessionCookies(1000, SESSIONS).map((cookie) => ({ path: PATH, headers: { cookie } })));
let since;
const environment = await startEnvironment();
try {
  const url = await environment.database('profile', SESSIONS);
  const flags = ['--cpu-prof', `--cpu-prof-dir=${folder}`];
  const server = await environment.server(kind, url, SETTINGS[what], flags);
  const target = { origin: server.origin, requests: requestsTo(server.origin) };
  await load({ ...target, seconds: 2 });
  const used = server.processorTime();
  since = process.hrtime.bigint() / 1000n;
  const { rate, count } = await load({ ...target, seconds: Number(seconds) });
  const each = (server.processorTime() - used) / count;
  await server.stop();
  process.stdout.write(
    `${what}, with the profiler on: ${rate.toFixed(0)} requests/s, ${(each * 1e6).toFixed(0)} µs of processor time per request\n`,
  );
} finally {
  await environment.stop();
}
const [name] = await readdir(folder);
const file = join(folder, name);
const { nodes, samples, timeDeltas, startTime } = JSON.parse(await readFile(file, 'utf8'));
const times = new Map();
let at = startTime;
samples.forEach((id, index) => {
  at += timeDeltas[index];
  if (at > since) times.set(id, (times.get(id) ?? 0) + timeDeltas[index]);
});
const byFunction = new Map();
let busy = 0;
for (const { id, callFrame } of nodes) {
  const time = times.get(id) ?? 0;
  if (callFrame.functionName === '(idle)') continue;
  busy += time;
  const place = `${callFrame.functionName || '(anonymous)'} ${shortened(callFrame.url)}:${callFrame.lineNumber + 1}`;
  byFunction.set(place, (byFunction.get(place) ?? 0) + time);
}
const sorted = [...byFunction].toSorted(([, a], [, b]) => b - a).slice(0, TOP);
for (const [place, time] of sorted)
  process.stdout.write(`${((time / busy) * 100).toFixed(1).padStart(5)} %  ${place}\n`);
process.stdout.write(`${file}\n`);

function shortened(url) {
  return url.replace(/^.*\/(node_modules|dist)\//, '$1/');
}
