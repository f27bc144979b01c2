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
    ['status', 0, /^Mode legacy since .*\nReady for both\.$/],
    [
      'forward',
      0,
      /^Mode both .*\n.* 2 users share an e-mail but for case or blanks\n.*\nNot ready for gatehouse\.$/,
    ],
    ['forward', 1, /^The mode stays both, because rows are pending:\n {2}- 2 users share an e-mail/],
    ['forward --accept-conflicts', 0, /^Mode gatehouse .*\nReady for ended\.$/],
    ['forward', 1, /^The last step has no way back: take it with end --confirm\.$/],
    ['end', 1, /^This drops the triggers and the views under old names, .* repeat it with --confirm\.$/],
    ['end --confirm', 0, /^Mode ended since \S+: the two are separate\.$/],
    ['back', 1, /^The switch-over has ended, and its triggers are gone\.$/],
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
}, 120_000);

test('reports that there is nothing to switch over if the database was empty', async () => {
  const empty = await createDatabase({ template: MIGRATED });
  const program = startProgram('src/commands/switch-over.js', {
    environment: { DATABASE_URL: empty.url },
  });
  expect(await program.ended()).toBe(1);
  expect(program.output()).toBe(
    'There is nothing to switch over: the database was empty before the migrations.\n',
  );
  await empty.drop();
});
