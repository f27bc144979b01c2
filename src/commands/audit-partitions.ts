import { tidyPartitions, type PartitionWork } from '../audit-trail/partitions.js';
import { runCommand } from './command.js';
import { JSON_FLAG, printResult } from './print-result.js';
import { withDatabase } from './with-database.js';

await runCommand({
  typed: 'npm run audit:partitions',
  about:
    'Creates the partitions of the audit trail for the next 12 months, and drops the months that are older than ' +
    'AUDIT_RETENTION. Run it once a month as the owner of the tables.',
  flags: { json: JSON_FLAG },
  exits: { 0: 'The partitions are in order.', 1: 'It failed.' },
  async run({ flags }) {
    await withDatabase(async ({ dataSource, auditRetention }) => {
      printResult(await tidyPartitions(dataSource, auditRetention), flags.json, describe);
    });
    return 0;
  },
});

function describe({ created, dropped, moved }: PartitionWork): string {
  const list = (names: readonly string[]) => (names.length === 0 ? 'none' : names.join(', '));
  return (
    `Partitions created: ${list(created)}. Events moved from the default partition: ${moved}. ` +
    `Partitions dropped: ${list(dropped)}.`
  );
}
