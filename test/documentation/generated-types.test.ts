import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WITH_IDENTITY } from '../conformance/plugin-options.js';
import { createDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse } from '../setup/gatehouse.js';
import { migrate } from '../setup/migrate.js';
import { runToEnd } from '../setup/run-to-end.js';
import { fetchDocument } from './document.js';

const VARIABLES = { ...WITH_IDENTITY.variables, BETTER_AUTH_TRUSTED_ORIGINS: 'https://app.example.com' };

/** Uses the types of the published generator as a front end does. Each `@ts-expect-error` fails if the type is too wide. */
const PROGRAM = `
import type { components, operations, paths } from './api.js';

type Answer<Name extends keyof operations, Status extends keyof operations[Name]['responses'], Type = 'application/json'> =
  operations[Name]['responses'][Status] extends { content: infer Content }
    ? Type extends keyof Content ? Content[Type] : never
    : never;
type CodeOf<Body> = Body extends { code: infer Code } ? Code : never;
type Same<One, Other> = (<Type>() => Type extends One ? 1 : 2) extends (<Type>() => Type extends Other ? 1 : 2) ? true : false;
const yes = (_: true) => {};

const wrong: CodeOf<Answer<'signInEmail', 401>> = 'INVALID_EMAIL_OR_PASSWORD';
// @ts-expect-error another code
const otherCode: CodeOf<Answer<'signInEmail', 401>> = 'SOMETHING_ELSE';
const denied: CodeOf<Answer<'adminSetRole', 403>> = 'YOU_ARE_NOT_ALLOWED_TO_CHANGE_USERS_ROLE';
// @ts-expect-error a code of another status
const otherStatus: CodeOf<Answer<'adminSetRole', 403>> = 'VALIDATION_ERROR';

const taken: Answer<'createSCIMUser', 409, 'application/scim+json'>['scimType'] = 'uniqueness';
// @ts-expect-error a value of 400
const otherType: Answer<'createSCIMUser', 409, 'application/scim+json'>['scimType'] = 'invalidPath';
const status: Answer<'createSCIMUser', 409, 'application/scim+json'>['status'] = '409';
const path: Answer<'patchSCIMUser', 400, 'application/scim+json'>['scimType'] = 'invalidPath';

// Every route of the protocol declares 429.
type Protocol = { [Path in keyof paths]: Path extends \`/api/auth/\${string}\` ? Path : never }[keyof paths];
type Methods = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Without429 = {
  [Path in Protocol]: {
    [Method in Methods]: paths[Path][Method] extends { responses: infer Responses }
      ? 429 extends keyof Responses ? never : \`\${Method} \${Path}\`
      : never;
  }[Methods];
}[Protocol];
yes(true satisfies Same<Without429, never>);

type Unexpected = operations['signInEmail']['responses'][500]['content']['application/json'];
yes(true satisfies Same<Unexpected['code'], 'INTERNAL_SERVER_ERROR'>);

const user: components['schemas']['User']['email'] = 'ada@example.com';
const ends: components['schemas']['Session']['expiresAt'] = '2030-01-01T00:00:00.000Z';

const query: operations['getSession']['parameters']['query'] = { disableCookieCache: true };
// @ts-expect-error no such parameter
const otherQuery: operations['getSession']['parameters']['query'] = { nothing: 'true' };
const page: NonNullable<operations['adminListUsers']['parameters']['query']>['searchField'] = 'email';
// @ts-expect-error no such field
const otherPage: NonNullable<operations['adminListUsers']['parameters']['query']>['searchField'] = 'nothing';

export { wrong, otherCode, denied, otherStatus, taken, otherType, status, path, user, ends, query, otherQuery, page, otherPage };
`;

test('a published generator makes types of the document that are as narrow as the answers', async () => {
  const database = await createDatabase({ template: MIGRATED });
  await migrate(database, VARIABLES);
  const gatehouse = await startGatehouse(VARIABLES, database);
  const folder = await mkdtemp(join(tmpdir(), 'types-'));
  try {
    const { document } = await fetchDocument(gatehouse);
    const names = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId = '' }) => operationId),
    );
    expect(names.filter((name) => !/^[a-z][A-Za-z0-9]*$/.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);

    const file = (name: string) => join(folder, name);
    await writeFile(file('openapi.json'), JSON.stringify(document));
    await writeFile(file('program.ts'), PROGRAM);
    await runToEnd('node_modules/openapi-typescript/bin/cli.js', {
      arguments: [file('openapi.json'), '--output', file('api.d.ts')],
    });
    const { out } = await runToEnd('node_modules/typescript/bin/tsc', {
      arguments: ['--noEmit', '--strict', '--ignoreConfig', '--module', 'nodenext', file('program.ts')],
    });
    expect(out).toBe('');
  } finally {
    await rm(folder, { recursive: true });
    await gatehouse.stop();
    await database.drop();
  }
}, 120_000);
