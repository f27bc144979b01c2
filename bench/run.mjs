// Compares Gatehouse with the published Better Auth and with the least that a server must do. The servers take turns, round
// after round, in one run on one machine. Figures are medians.
//
//   npm run bench -- --only get-session,cache --rounds 3 --seconds 4 --json figures.json
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { startEnvironment } from './environment.mjs';
import { machine, text } from './report.mjs';
import { bearerJwt } from './rows/bearer-jwt.mjs';
import { cache } from './rows/cache.mjs';
import { cost } from './rows/cost.mjs';
import { cookieCache } from './rows/cookie-cache.mjs';
import { getSession } from './rows/get-session.mjs';
import { manySessions } from './rows/many-sessions.mjs';
import { memory } from './rows/memory.mjs';
import { organizations } from './rows/organizations.mjs';
import { overload } from './rows/overload.mjs';
import { plugins } from './rows/plugins.mjs';
import { routes } from './rows/routes.mjs';
import { signIn } from './rows/sign-in.mjs';
import { start } from './rows/start.mjs';

const ROWS = {
  'get-session': getSession,
  cache,
  'cookie-cache': cookieCache,
  'bearer-jwt': bearerJwt,
  plugins,
  organizations,
  ...routes,
  'sign-in': signIn,
  overload,
  'many-sessions': manySessions,
  cost,
  memory,
  start,
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(ROWS).join(',') },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    sessions: { type: 'string', default: '5000000' },
    requests: { type: 'string', default: '500000' },
    json: { type: 'string' },
  },
});
const chosen = values.only.split(',');
const unknown = chosen.filter((name) => !(name in ROWS));
if (unknown.length > 0) {
  process.stderr.write(
    `Unknown name in --only: ${unknown.join(', ')}. Possible names: ${Object.keys(ROWS).join(', ')}.\n`,
  );
  process.exit(1);
}
const size = Object.fromEntries(
  ['rounds', 'seconds', 'sessions', 'requests'].map((name) => [name, Number(values[name])]),
);

process.stdout.write(`${machine()}\n`);
const environment = await startEnvironment();
const results = {};
try {
  for (const name of chosen) {
    results[name] = await ROWS[name](environment, size);
    process.stdout.write(text(results[name]));
  }
} finally {
  await environment.stop();
}
if (values.json)
  await writeFile(values.json, `${JSON.stringify({ machine: machine(), results }, null, 2)}\n`);
process.exitCode = Object.values(results).every(({ figures }) => figures.every(({ met }) => met)) ? 0 : 1;
