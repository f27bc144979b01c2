import { exportEvents } from '../audit-trail/export.js';
import { StartupFault } from '../errors/startup-fault.js';
import { runCommand } from './command.js';
import { withDatabase } from './with-database.js';

await runCommand({
  typed: 'npm run audit:export',
  about: 'Prints the events of the audit trail as JSON lines, in the order of the chain.',
  flags: {},
  values: {
    since: 'Only events from this time on, such as 2026-11-01T00:00:00Z.',
    after: 'Only events after this position, which is in the last line of an earlier export.',
  },
  exits: { 0: 'All events were printed.', 1: 'It failed.' },
  async run({ values: { since, after } }) {
    const from = since === undefined ? undefined : new Date(since);
    if (from && Number.isNaN(from.getTime()))
      throw new StartupFault(`--since=${since} is no time. Write it like 2026-11-01T00:00:00Z.`);
    if (after !== undefined && !/^\d{1,18}$/.test(after))
      throw new StartupFault(`--after=${after} is no position. It is a number.`);
    await withDatabase(async ({ dataSource }) => {
      for await (const line of exportEvents(dataSource, { since: from, after }))
        if (!process.stdout.write(`${line}\n`))
          await new Promise((done) => process.stdout.once('drain', done));
    });
    return 0;
  },
});
