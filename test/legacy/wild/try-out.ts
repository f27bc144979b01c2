import { isDeepStrictEqual } from 'node:util';
import pg from 'pg';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { OWNER } from '../../setup/owner.mjs';
import { byCommands, inProcess, type Operator, type Result } from './operator.js';
import { difference, isEmptyMigrationsTable, snapshot } from './snapshot.js';
import type { LegacyWrite, Person, WildCase } from './wild-case.js';

/** Sentences about what went wrong. Empty if everything held. */
type Problems = string[];

/** What a plan says if the migrations can run, and if they would stop. */
const FEASIBLE = /migrations are pending/;
const REFUSED = /^Errors\n[^]*migration:run would stop|^The configuration has a fault/m;

const NEWCOMER = { name: 'New One', email: 'wild-new@example.com', password: 'correct horse 99' };

/**
 * Migrates the database of a case as an ordinary owner, serves it, lets the old application write, takes everything back
 * and compares the database with what it was.
 */
export async function tryOut(wild: WildCase): Promise<Problems> {
  const database = await load(wild);
  const { settings = {}, searchPath } = wild;
  const url = searchPath ? withSearchPath(database.url, searchPath) : database.url;
  const operator = wild.byCommands ? byCommands(url, settings) : inProcess(url, settings);
  try {
    const before = await snapshot(database);
    const problems = [
      ...(await plan(wild, operator)),
      ...differences('plan', before, await snapshot(database)),
    ];
    if (wild.refused) return [...problems, ...(await beRefused(wild.refused, operator, database, before))];
    const run = await operator.run();
    if (!run.done) return [...problems, `run: ${run.output}`];
    return [
      ...problems,
      ...failure('run again', await operator.run()),
      ...failure('compat:check', await operator.check()),
      ...failure('schema:log', await operator.compare()),
      ...(await ask(wild, database)),
      ...(await serve(wild, database, url)),
      ...(await legacyWrites(wild, database.url)),
      ...(await revertAll(operator, database, before)),
    ];
  } finally {
    await database.drop();
  }
}

/** Makes the tables as an ordinary role, so that it owns them. */
async function load({ schema, ownsDatabase }: WildCase): Promise<TestDatabase> {
  const database = await createDatabase();
  const name = new URL(database.url).pathname.slice(1);
  if (ownsDatabase) await database.administer(`alter database ${name} owner to ${OWNER}`);
  await database.query(schema);
  return database;
}

async function plan({ refused }: WildCase, operator: Operator): Promise<Problems> {
  const result = await operator.plan();
  const form = result.done ? FEASIBLE : REFUSED;
  return [
    ...(form.test(result.output) ? [] : [`plan: has not the form ${form}: ${result.output}`]),
    ...(refused ? refusal('plan', result, refused) : failure('plan', result)),
  ];
}

/** A refused run changes nothing, and leaves not even TypeORM's table behind. */
async function beRefused(
  remedy: RegExp,
  operator: Operator,
  database: TestDatabase,
  before: readonly string[],
): Promise<Problems> {
  return [
    ...refusal('run', await operator.run(), remedy),
    ...differences('refused run', before, await snapshot(database)),
  ];
}

async function ask({ afterwards = [] }: WildCase, database: TestDatabase): Promise<Problems> {
  const problems: Problems = [];
  for (const { what, sql, answer } of afterwards)
    problems.push(...unequal(what, await database.query(sql), answer));
  return problems;
}

async function serve(
  { settings = {}, people, usersTable = 'users', forget }: WildCase,
  database: TestDatabase,
  url: string,
): Promise<Problems> {
  const server = await startGatehouse(
    {
      ...settings,
      DATABASE_URL: url,
      RATE_LIMIT_ENABLED: 'false',
      LOG_LEVEL: 'info',
      // A cheap cost, because each sign-in replaces a hash.
      PASSWORD_BCRYPT_COST: '10',
    },
    database,
  );
  try {
    const problems: Problems = [];
    for (const person of people) problems.push(...(await signIn(server, person)));
    problems.push(...(await wrongPassword(server, people)), ...(await newcomer(server)));
    const ready = await fetch(`${server.origin}/health/ready`);
    if (!ready.ok) problems.push(`health/ready: ${ready.status} ${await ready.text()}`);
    await database.query(`delete from ${usersTable} where email = '${NEWCOMER.email}'`);
    if (forget) await database.query(forget);
    return [...problems, ...loggedErrors(server)];
  } finally {
    await server.stop('SIGKILL');
  }
}

/** The errors in the server's log, each once. */
function loggedErrors(server: Gatehouse): Problems {
  const errors = server
    .log()
    .split('\n')
    .filter((line) => /"level":"?(error|fatal|50|60)\b/.test(line))
    .map((line) => /"(?:message|msg)":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line);
  return [...new Set(errors)].map((error) => `the server logs an error: ${error}`);
}

async function signIn(server: Gatehouse, person: Person): Promise<Problems> {
  const { email, note, refused, user = {} } = person;
  const who = `sign-in of ${email}${note ? ` (${note})` : ''}`;
  const { status, body } = await post(server, 'sign-in/email', person);
  const got = status === 200 ? 'signed in' : JSON.stringify(body['code'] ?? status);
  const wanted = refused ? JSON.stringify(refused) : 'signed in';
  if (got !== wanted) return [`${who}: ${got} instead of ${wanted}`];
  const found = (body['user'] ?? {}) as Record<string, unknown>;
  return Object.entries(user).flatMap(([field, value]) => unequal(`${who}: ${field}`, found[field], value));
}

async function wrongPassword(server: Gatehouse, people: readonly Person[]): Promise<Problems> {
  const person = people.find(({ refused }) => !refused);
  if (!person) return [];
  const { status } = await post(server, 'sign-in/email', { ...person, password: `${person.password}x` });
  return status === 200 ? [`A wrong password opens the account of ${person.email}`] : [];
}

async function newcomer(server: Gatehouse): Promise<Problems> {
  const { status, body } = await post(server, 'sign-up/email', NEWCOMER);
  if (status !== 200) return [`sign-up: ${status} ${JSON.stringify(body)}`];
  return await signIn(server, NEWCOMER);
}

async function post(
  { origin }: Gatehouse,
  route: string,
  body: object,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const { email, password, name } = body as Record<string, unknown>;
  const answer = await fetch(`${origin}/api/auth/${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ email, password, name }),
  });
  const text = await answer.text();
  try {
    return { status: answer.status, body: JSON.parse(text) as Record<string, unknown> };
  } catch {
    return { status: answer.status, body: { text } };
  }
}

/** The old application writes as before, in the tables that it knows. */
async function legacyWrites(
  { writes = [], searchPath, legacySearchPath }: WildCase,
  url: string,
): Promise<Problems> {
  const path = legacySearchPath ?? searchPath;
  const client = new pg.Client(path ? withSearchPath(url, path) : url);
  await client.connect();
  try {
    const problems: Problems = [];
    for (const write of writes) problems.push(...(await legacyWrite(client, write)));
    return problems;
  } finally {
    await client.end();
  }
}

async function legacyWrite(client: pg.Client, { what, sql, check }: LegacyWrite): Promise<Problems> {
  await client.query('begin');
  try {
    await client.query(sql);
    await client.query('set constraints all immediate');
    return check ? unequal(`after it ${what}`, (await client.query(check.sql)).rows, check.answer) : [];
  } catch (error) {
    return [`The old application ${what}: ${(error as Error).message}`];
  } finally {
    await client.query('rollback');
  }
}

async function revertAll(
  operator: Operator,
  database: TestDatabase,
  before: readonly string[],
): Promise<Problems> {
  const result = await operator.revertAll();
  const left = difference(before, await snapshot(database)).filter((line) => !isEmptyMigrationsTable(line));
  return [...failure('revert', result), ...changes('run and revert', left)];
}

function failure(step: string, { done, output }: Result): Problems {
  return done ? withoutStack(step, output) : [`${step}: ${output}`];
}

function refusal(step: string, { done, output }: Result, remedy: RegExp): Problems {
  if (done) return [`${step}: was not refused`];
  const problems = withoutStack(step, output);
  return remedy.test(output) ? problems : [...problems, `${step}: does not name ${remedy}: ${output}`];
}

const withoutStack = (step: string, output: string): Problems =>
  /^\s+at .*:\d+:\d+\)?$/m.test(output) ? [`${step}: prints a stack trace: ${output}`] : [];

const SHOWN = 10;

function differences(step: string, before: readonly string[], after: readonly string[]): Problems {
  return changes(step, difference(before, after));
}

/** One problem for all changes, because a whole migration would be hundreds. */
function changes(step: string, lines: readonly string[]): Problems {
  if (lines.length === 0) return [];
  return [`changed by ${step}: ${lines.length} lines\n${lines.slice(0, SHOWN).join('\n')}`];
}

function unequal(what: string, found: unknown, wanted: unknown): Problems {
  // Rows of the driver have no prototype.
  const [left, right] = [found, wanted].map((value) => JSON.parse(JSON.stringify(value ?? null)) as unknown);
  if (isDeepStrictEqual(left, right)) return [];
  return [`${what}: ${JSON.stringify(left)} instead of ${JSON.stringify(right)}`];
}

function withSearchPath(url: string, path: string): string {
  const changed = new URL(url);
  changed.searchParams.set('options', `-c search_path=${path}`);
  return changed.href;
}
