import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { TABLES } from '../../src/database/tables.js';

/**
 * Their programs work on the table `users` with its legacy columns, on a database that is being migrated, or on one that
 * they create.
 */
const ON_TABLES_THEMSELVES = ['legacy', 'migrating', 'planning', 'local'];

const TABLE = `"?(${TABLES.join('|')})"?`;
/** A table of ours in SQL without the braces of a marker. */
const BARE = new RegExp(
  `\\b(from|join|into|update|using|truncate|table)\\s+(only\\s+)?${TABLE}(?![\\w.}])|null::${TABLE}|'${TABLE}'::reg|to_regclass\\('${TABLE}'`,
  'i',
);
/** What the words before and after make clear: no statement, but a sentence. */
const SENTENCE = /[.:] |^[A-Z][a-z]/;

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .filter((file) => !ON_TABLES_THEMSELVES.some((folder) => file.startsWith(`${folder}/`)));

/** The literals of a file, those with expressions as one text with `?` for each expression. */
function textsOf(source: string): string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) texts.push(node.text);
    if (ts.isTemplateExpression(node))
      texts.push(
        [node.head, ...node.templateSpans.map(({ literal }) => literal)].map((part) => part.text).join('?'),
      );
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('file.ts', source, ts.ScriptTarget.Latest));
  return texts;
}

const bareIn = (source: string) =>
  textsOf(source).filter((text) => BARE.test(text) && !SENTENCE.test(text.trimStart()));

test.each(files)('the statements of %s name our tables by markers', (file) => {
  expect(bareIn(readFileSync(join('src', file), 'utf8'))).toEqual([]);
});

test.each([
  '`select 1 from sessions s where ${x}`',
  "'update users set name = $1'",
  "'insert into rate_limits (id) values ($1)'",
  '`select (null::sessions).id`',
  '`left join accounts a on ${x}`',
])('the table in %s is found', (source) => {
  expect(bareIn(source)).toHaveLength(1);
});

test.each(["'select 1 from {sessions} s'", '`update {users} as u set ${x}`', "'from users_old'"])(
  'nothing is found in %s',
  (source) => {
    expect(bareIn(source)).toEqual([]);
  },
);

/** Their tables are never adopted from another application, so their times have a zone. */
const WITH_ZONES = [
  'audit-trail/chain.store.ts',
  'audit-trail/partitions.ts',
  'mail/mails.store.ts',
  'outbox/outbox.store.ts',
  'accounts/token-refreshes.store.ts',
  'switch-over/steps.ts',
  'lockout/guesses.store.ts',
  'lockout/old-guesses.ts',
  'webhooks/webhooks.store.ts',
];
/** The switch-over runs in sessions with the time zone UTC. */
const IN_UTC_SESSIONS = ['switch-over/catch-up.ts'];

/** A time of the database that is compared with a column, or stored in one, in the time zone of the session. */
const IN_SESSION_ZONE =
  /(?<!\('epoch', |epoch from )\b(now|clock_timestamp|localtimestamp)\(\)|\bcurrent_timestamp\b/i;

test.each(files.filter((file) => ![...WITH_ZONES, ...IN_UTC_SESSIONS].includes(file)))(
  'the statements of %s do not depend on the time zone of the session',
  (file) => {
    const texts = textsOf(readFileSync(join('src', file), 'utf8'));
    // TypeORM's default of a column is only compared with the table. The server always writes the time itself.
    expect(texts.filter((text) => text !== 'now()' && IN_SESSION_ZONE.test(text))).toEqual([]);
  },
);

test.each(['where expires_at < now()', 'set updated_at = CURRENT_TIMESTAMP'])(
  'the time in "%s" is found',
  (text) => expect(text).toMatch(IN_SESSION_ZONE),
);
