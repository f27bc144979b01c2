import { describePlan } from '../planning/describe-plan.js';
import { planMigrations } from '../planning/plan-migrations.js';
import { runCommand } from './command.js';
import { JSON_FLAG, printResult } from './print-result.js';
import { withDatabase } from './with-database.js';

await runCommand({
  typed: 'npm run migration:plan',
  about: 'Shows what npm run migration:run would do to the database. Changes nothing.',
  flags: { statements: 'Print each statement and its lock too.', json: JSON_FLAG },
  exits: { 0: 'migration:run would reach its end.', 1: 'migration:run would stop, or there is no plan.' },
  async run({ flags }) {
    // A plan runs the migrations on a copy, so their progress and their report would be about that copy.
    process.env['GATEHOUSE_QUIET'] = '1';
    const plan = await withDatabase(({ dataSource, fields }) => {
      delete process.env['GATEHOUSE_REPORT'];
      return planMigrations(dataSource, fields);
    });
    printResult(plan, flags.json, () => describePlan(plan, { statements: flags.statements }));
    return plan.feasible ? 0 : 1;
  },
});
