import { checkCompatibility } from '../compat/compatibility.js';
import { describeCompatibility } from '../compat/report.js';
import { runCommand } from './command.js';
import { LateProgress } from './late-progress.js';
import { JSON_FLAG, printResult } from './print-result.js';
import { withDatabase } from './with-database.js';

await runCommand({
  typed: 'npm run compat:check',
  about: 'Checks the structure and the rows of the database. Changes nothing.',
  flags: { json: JSON_FLAG },
  exits: { 0: 'The database is compatible.', 1: 'It is not, or the check could not be made.' },
  async run({ flags }) {
    const progress = new LateProgress('Checking');
    const result = await withDatabase(
      ({ dataSource, url, fields }) =>
        checkCompatibility(dataSource, url, fields, (part) => progress.begin(part)),
      true,
    ).finally(() => progress.end());
    printResult(result, flags.json, describeCompatibility);
    return result.compatible ? 0 : 1;
  },
});
