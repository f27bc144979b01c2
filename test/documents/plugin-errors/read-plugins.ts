import ts from 'typescript';
import { KNOWN_PLUGINS } from '../../../src/config/plugins/catalogue.js';
import type {
  ErrorCodes,
  ErrorsOfCode,
  ErrorsOfStatus,
  Task,
} from '../../../src/features/plugins/error-codes.js';
import { Program } from './program.js';
import { statusOf, ThrownErrors, type Thrown } from './thrown-errors.js';
import { Values } from './values.js';

const ENDPOINT = /^create(?:Auth|OAuth)Endpoint$/;

/** SCIM has its own form of errors. */
const IDS = new Set(KNOWN_PLUGINS.map(({ id, ownId }) => ownId ?? id).filter((id) => id !== 'scim'));

/** What this server does for the calls of the library. */
const TASKS: Readonly<Record<string, Task>> = {
  createSession: 'session',
  createUser: 'user',
  createOAuthUser: 'user',
  updateUser: 'user',
  updateUserByEmail: 'user',
  'password.hash': 'password',
  'password.verify': 'password',
  'password.checkPassword': 'check',
};

/** Reads the errors of all known plugins in their published code. */
export function readPlugins(): ErrorCodes {
  const program = new Program(filesOf(KNOWN_PLUGINS.map((known) => known.package)));
  const values = new Values(program);
  const thrown = new ThrownErrors(program);
  const routes = new Map<string, ErrorsOfCode>();
  const hooks = new Map<string, ErrorsOfCode>();
  const rows = new Map<string, ErrorsOfCode>();
  const look = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ENDPOINT.test(node.expression.getText()))
      for (const name of namesOf(node, values))
        routes.set(name, written(thrown.in([node.expression, ...node.arguments])));
    if (ts.isObjectLiteralExpression(node)) {
      const id = textOf(values, node, 'id');
      if (id !== undefined && IDS.has(id) && partsOf(node, ['version']).length > 0) {
        hooks.set(id, written(thrown.in(partsOf(node, ['hooks', 'onRequest']))));
        rows.set(id, written(thrown.in(partsOf(node, ['init']))));
      }
    }
    ts.forEachChild(node, look);
  };
  program.files.filter(({ fileName }) => OF_PLUGINS.test(fileName)).forEach(look);
  return {
    routes: sorted(routes),
    hooks: sorted(hooks),
    rows: sorted(rows),
    scim: typesOfScim(program, values),
  };
}

/** Every `scimType` in the code of `scim`, by status, without the errors of other plugins that it passes on. */
function typesOfScim(program: Program, values: Values): Record<string, string[]> {
  const types = new Map<number, Set<string>>();
  const look = (node: ts.Node): void => {
    // It passes its parameters on. Its own calls say which of them belong together.
    if (ts.isFunctionDeclaration(node) && node.name?.text === 'createSCIMErrorResponse') return;
    const made = ts.isCallExpression(node)
      ? /^createSCIMError(Response)?$/.exec(node.expression.getText())
      : null;
    if (made && ts.isCallExpression(node)) {
      const [status, body, type] = node.arguments;
      const given = made[1]
        ? values.of(type)
        : values.of(body).flatMap((value) => values.property(value, 'scimType'));
      for (const found of values.of(status).flatMap((value) => statusOf(value) ?? [])) {
        const known = types.get(found) ?? new Set();
        types.set(found, known);
        for (const value of given) if (value.kind === 'text') known.add(value.text);
      }
    }
    ts.forEachChild(node, look);
  };
  program.files.filter(({ fileName }) => fileName.includes('/@better-auth/scim/')).forEach(look);
  return Object.fromEntries(
    [...types].filter(([status]) => status < 500).map(([status, found]) => [status, [...found].toSorted()]),
  );
}

/** The files of the known plugins. */
const OF_PLUGINS = new RegExp(
  String.raw`/better-auth/dist/plugins/(?:${KNOWN_PLUGINS.map(({ id }) => id).join('|')})/|/@better-auth/(?!core/|scim/)`,
);

const filesOf = (packages: readonly string[]) =>
  [...new Set(packages)].map((name) => import.meta.resolve(name).replace('file://', ''));

/** `POST /two-factor/enable`. Empty for an endpoint without a path, which only code calls. */
function namesOf({ arguments: [first, options] }: ts.CallExpression, values: Values): string[] {
  const [path] = first ? values.of(first) : [];
  if (path?.kind !== 'text' || !first || !ts.isStringLiteralLike(first)) return [];
  const methods = values
    .of(options)
    .flatMap((value) => values.property(value, 'method'))
    .flatMap((value) => (value.kind === 'text' ? value.text : []));
  const listed =
    options && ts.isObjectLiteralExpression(options)
      ? /\bmethod: \[([^\]]*)\]/.exec(options.getText())?.[1]
      : undefined;
  const all =
    listed === undefined ? methods : [...listed.matchAll(/"(\w+)"/g)].map(([, method = '']) => method);
  return all.map((method) => `${method} ${path.text}`);
}

function textOf(values: Values, node: ts.ObjectLiteralExpression, name: string): string | undefined {
  const [value] = values.property({ kind: 'object', node }, name);
  return value?.kind === 'text' ? value.text : undefined;
}

const partsOf = ({ properties }: ts.ObjectLiteralExpression, names: readonly string[]) =>
  properties.filter(({ name }) => name && names.includes(name.getText()));

/** Errors of 500 are left out, because this server describes all of them. */
function written({ byStatus, calls, unclear }: Thrown): ErrorsOfCode {
  if (unclear.size > 0) throw new Error(`The status of these errors is unknown: ${[...unclear].join(', ')}`);
  const does = [...new Set([...calls].flatMap((call) => TASKS[call] ?? []))].toSorted();
  const statuses = [...byStatus]
    .filter(([status]) => status >= 400 && status !== 500)
    .toSorted(([one], [other]) => one - other);
  return {
    ...(does.length > 0 ? { does } : {}),
    errors: Object.fromEntries(
      statuses.map(([status, { codes, names, bare, open }]): [number, ErrorsOfStatus] => [
        status,
        {
          ...(codes.size > 0 ? { codes: [...codes].toSorted() } : {}),
          ...(names.size > 0 ? { names: [...names].toSorted() } : {}),
          ...(bare ? { bare } : {}),
          ...(open ? { open } : {}),
        },
      ]),
    ),
  };
}

const sorted = <Value>(map: ReadonlyMap<string, Value>): Record<string, Value> =>
  Object.fromEntries([...map].toSorted(([one], [other]) => (one < other ? -1 : 1)));
