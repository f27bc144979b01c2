import type { DataSource } from 'typeorm';
import { catchUpSecondFactors } from '../migrating/second-factors.js';
import { catchUp } from '../switch-over/catch-up.js';
import { readSwitchOver } from '../switch-over/mode.js';
import { describeStatus, readStatus } from '../switch-over/report.js';
import { back, end, forward, type StepOptions } from '../switch-over/steps.js';
import { runCommand } from './command.js';
import { JSON_FLAG, printResult } from './print-result.js';
import { withDatabase } from './with-database.js';

type Step = (dataSource: DataSource, options: StepOptions & { wrapWeak: boolean }) => Promise<void>;

const STEPS: Readonly<Record<string, Step>> = {
  forward,
  back,
  'catch-up': async (dataSource, { wrapWeak, fields }) => {
    await catchUp(dataSource, (await readSwitchOver(dataSource)).mode, { wrapWeak });
    await catchUpSecondFactors(dataSource, fields);
  },
  end,
};

await runCommand({
  typed: 'npm run switch-over',
  about:
    'Moves the users from the legacy application to this server in steps, and shows the mode after each.',
  actions: {
    status: 'Show the mode and what blocks the next one. This is the default.',
    forward: 'Go one mode forward: legacy, both, gatehouse.',
    back: 'Go one mode back.',
    'catch-up':
      'Copy the rows that the triggers could not copy. With WRAP_WEAK_HASHES=true also wrap weak hashes, ' +
      'with LEGACY_SECOND_FACTOR=carry-over also carry new second factors over.',
    end: 'Drop the triggers and the views with old names. There is no way back.',
  },
  flags: {
    'accept-conflicts': 'Go forward although users share an e-mail address.',
    confirm: 'Confirm the action end.',
    json: JSON_FLAG,
  },
  exits: { 0: 'The action was done.', 1: 'It was refused or failed.' },
  async run({ action, flags }) {
    const status = await withDatabase(async ({ dataSource, fields, environment }) => {
      await STEPS[action]?.(dataSource, {
        fields,
        acceptConflicts: flags['accept-conflicts'],
        confirmed: flags.confirm,
        wrapWeak: /^(true|1|yes|on)$/i.test(environment['WRAP_WEAK_HASHES'] ?? ''),
      });
      return await readStatus(dataSource);
    });
    printResult(status, flags.json, describeStatus);
    return 0;
  },
});
