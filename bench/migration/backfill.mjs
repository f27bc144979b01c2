// How long the backfills take, against one statement and against the loop, and whether the time grows with the rows.
import { atLeast, atMost, median, shown } from '../figures.mjs';
import { migrate, prepare } from './chain.mjs';
import { createLegacyDatabase, withCopy } from './legacy-database.mjs';
import { inOneStatement } from './one-statement.mjs';
import { rowByRow } from './row-by-row.mjs';

/** Of the largest table: linear growth is seen between a tenth and the whole. */
const PART = 10;
const LOOPED = 20_000;
const LARGEST_MEMORY = 200;

export async function backfill(server, { users, rounds }) {
  const sizes = [users / PART, users];
  const seconds = Object.fromEntries(sizes.map((size) => [size, { statement: [], gatehouse: [] }]));
  const memories = [];
  const loop = [];
  for (const size of sizes) await createLegacyDatabase(server, size, prepare);
  for (let round = 0; round < rounds; round++) {
    for (const size of sizes) {
      seconds[size].statement.push(await withCopy(server, size, inOneStatement));
      const run = await withCopy(server, size, migrate);
      seconds[size].gatehouse.push(run.backfill);
      memories.push(run.memory);
    }
    loop.push(await withCopy(server, users, (url) => rowByRow(url, Math.min(users, LOOPED))));
  }
  const time = (size, who) => median(seconds[size][who]);
  const rate = (size, who) => size / time(size, who);
  const growth = (who) => time(users, who) / time(users / PART, who) / PART;
  return {
    title: `Backfill of ${users.toLocaleString('en')} users, rows a second`,
    bars: [
      { name: 'one statement', rate: rate(users, 'statement') },
      { name: 'Gatehouse', rate: rate(users, 'gatehouse') },
      { name: 'row by row', rate: median(loop) },
    ],
    figures: [
      atMost('time to that of one statement', time(users, 'gatehouse') / time(users, 'statement'), 1.6),
      atLeast('rate to that of row by row', rate(users, 'gatehouse') / median(loop), 20),
      atMost('time for a row to that with a tenth of the rows', growth('gatehouse'), 1.2),
      atMost('memory of the process', Math.max(...memories), LARGEST_MEMORY, 'MB'),
    ],
    notes: [
      `one statement: ${shown(time(users, 'statement'))} s, a row ${shown(growth('statement'))} × that with a tenth of the rows; Gatehouse: ${shown(time(users, 'gatehouse'))} s`,
    ],
  };
}
