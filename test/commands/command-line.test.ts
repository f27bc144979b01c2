import { readFileSync, readdirSync } from 'node:fs';
import { createDatabase } from '../setup/database.js';
import { SECRET } from '../setup/gatehouse.js';
import { expectOneSentence, runToEnd } from '../setup/run-to-end.js';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

/** Pairs of the command that the operator types and the program that it runs. */
const COMMANDS = Object.entries(scripts).flatMap(([name, script]) => {
  const [, program] = /dist\/src\/commands\/(\S+)\.js/.exec(script) ?? [];
  return program ? [[name === 'start' ? 'npm start' : `npm run ${name}`, program] as const] : [];
});

const file = (program: string) => `dist/src/commands/${program}.js`;

test('each program has an npm script with the name of its file', () => {
  const programs = readdirSync('src/commands').filter((name) =>
    readFileSync(`src/commands/${name}`, 'utf8').includes('await runCommand('),
  );
  expect(COMMANDS.map(([, program]) => `${program}.ts`).toSorted()).toEqual(programs);
  for (const [typed, program] of COMMANDS)
    expect(program).toBe(typed.replace(/^npm (run )?/, '').replace(':', '-'));
});

describe.each(COMMANDS)('%s', (typed, program) => {
  test('--help prints usage, options and exit codes, and needs neither settings nor a database', async () => {
    const { code, out, err } = await runToEnd(file(program), {
      arguments: ['--help'],
      environment: { PORT: 'many' },
    });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(new RegExp(`^Usage: ${typed}\\b`));
    expect(out).toMatch(/\nOptions:\n(.*\n)* {2}--help .*\n\nExit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n$/);
  });

  test('refuses an argument that it does not know', () => expectRefusal(typed, program, '--loud'));
});

test.each(['louder', '--json=yes', '-x'])('the argument %s is refused too', (word) =>
  expectRefusal('npm run compat:check', 'compat-check', word),
);

async function expectRefusal(typed: string, program: string, word: string): Promise<void> {
  const { code, out, err } = await runToEnd(file(program), { arguments: [word] });
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(
    new RegExp(`^${typed} does not know the argument "${word}"\\. Usage: ${typed}\\b.*\n$`),
  );
}

test('if the database does not answer, a program ends with one sentence', async () => {
  const environment = { DATABASE_URL: 'postgresql://someone:hidden@127.0.0.1:1/none' };
  for (const program of ['migration-plan', 'compat-check', 'switch-over'])
    expectOneSentence(
      await runToEnd(file(program), { environment }),
      /^No PostgreSQL answers at 127\.0\.0\.1:1/,
      'hidden',
    );
});

test('prints the stack of an unexpected error only with NODE_DEBUG=gatehouse', async () => {
  const empty = await createDatabase();
  const environment = {
    DATABASE_URL: empty.url,
    BETTER_AUTH_SECRET: SECRET,
    ACCOUNT_ENCRYPT_OAUTH_TOKENS: 'true',
  };
  expectOneSentence(
    await runToEnd(file('tokens-encrypt'), { environment }),
    /^npm run tokens:encrypt stopped: relation "accounts" does not exist\. To see where: NODE_DEBUG=gatehouse npm run tokens:encrypt$/,
  );
  const { err } = await runToEnd(file('tokens-encrypt'), {
    environment: { ...environment, NODE_DEBUG: 'gatehouse' },
  });
  expect(err).toMatch(/^\s+at /m);
  await empty.drop();
});
