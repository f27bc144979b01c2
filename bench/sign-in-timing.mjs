// Tests whether the time of a refused sign-in reveals that an account exists. It compares the median of 200 sign-ins of an
// unknown user with that of 200 sign-ins with a wrong password, in turn, on the compiled server with its default settings.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startClusters } from '../test/setup/clusters.mjs';
import { MIGRATED, createTemplates } from '../test/setup/templates.mjs';

const TRIES = 200;
const PORT = '3987';
const URL_OF = (path) => `http://127.0.0.1:${PORT}/api/auth${path}`;

const clusters = await startClusters();
try {
  await createTemplates([clusters.newest.url]);
  const server = spawn(process.execPath, ['dist/src/main.js'], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: clusters.newest.url.replace(/postgres$/, MIGRATED),
      BETTER_AUTH_SECRET: 'a secret of no importance for this measurement',
      PORT,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(server.stdout, 'data');
  await post('/sign-up/email', {
    name: 'Known',
    email: 'known@example.com',
    password: 'correct horse battery',
  });
  const unknown = [];
  const wrong = [];
  for (let n = 0; n < TRIES; n++) {
    unknown.push(await timed({ email: `nobody${n}@example.com`, password: `wrong password ${n}` }));
    wrong.push(await timed({ email: 'known@example.com', password: `wrong password ${n}` }));
  }
  const [a, b] = [median(unknown), median(wrong)];
  process.stdout.write(
    `${TRIES} sign-ins each\n  unknown user    ${a.toFixed(1)} ms (median)\n  wrong password  ${b.toFixed(1)} ms (median)\n` +
      `  difference      ${((Math.abs(a - b) / b) * 100).toFixed(1)} %\n`,
  );
  server.kill('SIGTERM');
  await once(server, 'close');
} finally {
  await clusters.stop();
}

async function timed(body) {
  const start = performance.now();
  const status = await post('/sign-in/email', body);
  if (status !== 401) throw new Error(`Expected status 401 for the refused sign-in, got ${status}.`);
  return performance.now() - start;
}

async function post(path, body) {
  const response = await fetch(URL_OF(path), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: `http://localhost:${PORT}` },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response.status;
}

function median(values) {
  const sorted = values.toSorted((x, y) => x - y);
  return (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
}
