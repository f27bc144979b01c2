import { startProgram } from '../setup/program.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED } from '../setup/gatehouse.js';
import { aMigratedFastapi, type Pristine } from './support.js';

let pristine: Pristine;
let database: TestDatabase;

beforeAll(async () => {
  pristine = await aMigratedFastapi(18);
  database = await pristine.copy();
});

afterAll(async () => {
  await database.drop();
  await pristine.drop();
});

async function run(...words: string[]): Promise<{ code: number | null; output: string }> {
  const program = startProgram('src/commands/switch-over.js', {
    environment: { DATABASE_URL: database.url },
    arguments: words,
  });
  return { code: await program.ended(), output: program.output().trim() };
}

test('the command steps through all modes and refuses wrong steps', async () => {
  const walk = [
    [
      'status',
      0,
      /^Mode: legacy \(1 of 4\), since .*\nNothing blocks the next step: npm run switch-over -- forward$/,
    ],
    [
      'forward',
      0,
      /^Mode: both \(2 of 4\), .*\nThese rows block the next step, to the mode gatehouse:\n {2}Users whose e-mail .*: 2\n.*$/,
    ],
    [
      'forward',
      1,
      /^The mode stays both, because these rows block the next step:\n {2}- Users whose e-mail .*: 2\. /,
    ],
    [
      'forward --accept-conflicts',
      0,
      /^Mode: gatehouse \(3 of 4\), .*\nNothing blocks the last step\. .*: npm run switch-over -- end --confirm$/,
    ],
    ['forward', 1, /^The mode stays gatehouse, .*: npm run switch-over -- end --confirm$/],
    ['end', 1, /^Nothing was changed, .* drops the triggers .*: npm run switch-over -- end --confirm$/],
    [
      'end --confirm',
      0,
      /^Mode: ended \(4 of 4\), since \S+\. Nothing is copied between Gatehouse and the legacy application\.$/,
    ],
    ['back', 1, /^There is no way back, because the switch-over has ended/],
    [
      'status --loud',
      2,
      /^npm run switch-over does not know the argument "--loud"\. Usage: .*status\|forward/,
    ],
  ] as const;
  for (const [words, code, output] of walk) {
    expect({ words, ...(await run(...words.split(' '))) }).toEqual({
      words,
      code,
      output: expect.stringMatching(output),
    });
  }
  expect(JSON.parse((await run('status', '--json')).output)).toEqual({
    mode: 'ended',
    since: expect.stringMatching(/^\d{4}-/),
    forward: null,
    back: null,
    pending: [],
    unreadable: 0,
  });
});

test('reports that there is nothing to switch over if the database was empty', async () => {
  const empty = await createDatabase({ template: MIGRATED });
  const program = startProgram('src/commands/switch-over.js', {
    environment: { DATABASE_URL: empty.url },
  });
  expect(await program.ended()).toBe(1);
  expect(program.output()).toBe(
    'There is nothing to switch over, because the database had no users table before the migrations.\n',
  );
  await empty.drop();
});
