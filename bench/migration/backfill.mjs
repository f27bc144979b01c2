// Compares the backfills with one statement and with the loop, and shows if the time per row grows with the table.
import { atLeast, atMost, median, shown } from '../figures.mjs';
import { migrate, prepare } from './chain.mjs';
import { createLegacyDatabase, withCopy } from './legacy-database.mjs';
import { inOneStatement } from './one-statement.mjs';
import { rowByRow } from './row-by-row.mjs';

/** The small table has this fraction (a tenth) of the rows of the large one. The two show if the time grows linearly. */
const PART = 10;
/** Users that the loop moves, because all of them would take too long. */
const LOOPED = 20_000;
const MAX_MEMORY_MIB = 200;

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
    title: `Backfill of ${users.toLocaleString('en')} users, rows per second`,
    bars: [
      { name: 'one statement', rate: rate(users, 'statement') },
      { name: 'Gatehouse', rate: rate(users, 'gatehouse') },
      { name: 'row by row', rate: median(loop) },
    ],
    figures: [
      atMost('time / one statement', time(users, 'gatehouse') / time(users, 'statement'), 1.6),
      atLeast('rows per second / row by row', rate(users, 'gatehouse') / median(loop), 20),
      atMost('time per row / with a tenth of the rows', growth('gatehouse'), 1.2),
      atMost('memory of the process', Math.max(...memories), MAX_MEMORY_MIB, 'MiB'),
    ],
    notes: [
      `Gatehouse: ${shown(time(users, 'gatehouse'))} s. One statement: ${shown(time(users, 'statement'))} s, its time per row is ${shown(growth('statement'))} × that with a tenth of the rows.`,
    ],
  };
}
