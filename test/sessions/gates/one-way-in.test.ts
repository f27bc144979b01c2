import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCE = join(import.meta.dirname, '../../../src');

/** Ways to write a row of `sessions`: through the store, through TypeORM, or by SQL. */
const INSERTS = [
  /\bsessions\w*\.add\(/i,
  /\.(insert|save|upsert|into|create|getRepository)\(\s*SessionEntity\b/,
  /\binsert\s+into\s+["{]?sessions\b/i,
  /\binsertText\(\s*['"`]\{?sessions\b/,
];

const sources = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

const writes = (text: string) => INSERTS.some((pattern) => pattern.test(text));

test('only CreateSession adds a session to the store, and only the store inserts one', () => {
  const files = sources.filter((file) => writes(readFileSync(join(SOURCE, file), 'utf8')));
  expect(files.toSorted()).toEqual(['sessions/sessions.store.ts', 'sessions/use-cases/create-session.ts']);
});

test.each([
  'await this.sessions.add(session, manager)',
  'await this.sessionsStore.add(session)',
  'manager.insert(SessionEntity, row)',
  'createQueryBuilder().insert().into(SessionEntity)',
  "query('insert into sessions (id) values ($1)')",
  "insertText('sessions', values)",
])('would notice %s', (text) => {
  expect(writes(text)).toBe(true);
});
