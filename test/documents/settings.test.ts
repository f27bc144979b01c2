import { parse } from 'dotenv';
import { readFileSync } from 'node:fs';
import { FEATURES } from '../../src/assembly/features.js';
import { variableOf } from '../../src/config/option-table.js';
import { coreOptions } from '../../src/config/options.js';
import { MIGRATION_VARIABLES } from '../../src/config/migration-variables.js';
import type { Variable } from '../../src/config/variable.js';
import { knownVariables, VARIABLES } from '../../src/config/variables.js';
import { expectDocument, table, withPart } from './document.js';

const variables = Object.entries<Variable<unknown>>(VARIABLES);
const [ofMigrations, ofServer] = [true, false].map((migrates) =>
  variables.filter(([name]) => name in MIGRATION_VARIABLES === migrates),
) as [typeof variables, typeof variables];

const tables = [coreOptions, ...FEATURES.flatMap(({ optionTables = [] }) => optionTables)];
const options = tables.flatMap(({ rows }) => Object.entries(rows));

/** A default as the tables show it: JSON, or words where it depends on something else. */
const defaultOf = (option: (typeof options)[number][1]): string =>
  'otherwise' in option
    ? option.otherwise
    : [
        `\`${JSON.stringify(option.fallback)}\``,
        ...('strict' in option ? [`with SECURITY_PROFILE=strict: \`${JSON.stringify(option.strict)}\``] : []),
      ].join('; ');

test('the tables of settings are those of the code', async () => {
  await expectDocument('src/config/README.md', (page) => {
    const tableOf = (some: typeof variables) =>
      table(
        ['variable', 'meaning', 'default'],
        some.map(([name, { about, fallback }]) => [`\`${name}\``, about, fallback ?? '']),
      );
    const withServer = withPart(page, 'variables', tableOf(ofServer));
    return withPart(
      withPart(withServer, 'migration variables', tableOf(ofMigrations)),
      'options',
      table(
        ['option', 'variable', 'default'],
        options.map(([path, option]) => [`\`${path}\``, `\`${variableOf(path)}\``, defaultOf(option)]),
      ),
    );
  });
});

test('.env.example lists every setting', async () => {
  const line = (name: string, about: string, fallback: string) =>
    [`# ${about}${fallback ? ` (default: ${fallback})` : ''}`, `# ${name}=`].join('\n');
  await expectDocument('.env.example', () =>
    [
      '# Every setting of Gatehouse. Copy this file to .env and remove the # where you want another value.',
      ...variables.map(([name, { about, fallback }]) => line(name, about, fallback ?? '')),
      '# Options of Better Auth: the variable is the spelling of the option’s path. Times are in seconds.',
      ...options.map(([path, option]) => line(variableOf(path), path, defaultOf(option))),
    ]
      .map((part) => part.replaceAll('`', ''))
      .join('\n\n')
      .concat('\n'),
  );
});

test('.env.example names every setting and sets none', () => {
  const text = readFileSync('.env.example', 'utf8');
  expect(parse(text)).toEqual({});
  const named = Object.keys(parse(text.replace(/^# ([A-Z0-9_]+=)/gm, '$1')));
  expect(named).toEqual([...knownVariables(tables).keys()]);
});
