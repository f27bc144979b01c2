// Compares the backfill of a live table with one SQL statement for all rows, which is the fastest possible way, and with the
// loop of Better Auth's guides. They take turns on copies of one database, as an ordinary role that owns it. Figures are
// medians.
//
//   npm run bench:migration -- --users 2000000 --rounds 3 --json figures.json
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { startNewest } from '../test/setup/clusters.mjs';
import { machine, text } from './report.mjs';
import { backfill } from './migration/backfill.mjs';
import { liveTable } from './migration/live-table.mjs';

const ROWS = { backfill, 'live-table': liveTable };

// Settings as in production: PostgreSQL flushes each commit to disk.
const SETTINGS = [
  'shared_buffers=2GB',
  'max_wal_size=8GB',
  'checkpoint_timeout=15min',
  'max_connections=200',
];

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(ROWS).join(',') },
    users: { type: 'string', default: '2000000' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '20' },
    json: { type: 'string' },
  },
});
const size = Object.fromEntries(['users', 'rounds', 'seconds'].map((name) => [name, Number(values[name])]));

process.stdout.write(`${machine()}\n`);
const cluster = await startNewest(SETTINGS);
const results = {};
try {
  for (const name of values.only.split(',')) {
    results[name] = await ROWS[name](cluster.url, size);
    process.stdout.write(text(results[name]));
  }
} finally {
  await cluster.stop();
}
if (values.json)
  await writeFile(values.json, `${JSON.stringify({ machine: machine(), results }, null, 2)}\n`);
process.exitCode = Object.values(results).every(({ figures }) => figures.every(({ met }) => met)) ? 0 : 1;
