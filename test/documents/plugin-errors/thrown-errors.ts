import { statusCodes } from 'better-call';
import ts from 'typescript';
import { plain, type Program } from './program.js';
import { Values, type Value } from './values.js';

/** The errors of one status. */
export class StatusErrors {
  readonly codes = new Set<string>();
  /** What stands in `error`, as in OAuth. */
  readonly names = new Set<string>();
  /** True if there are errors with neither. */
  bare = false;
  /** True if there are errors whose code is not in the code of the plugin. */
  open = false;
}

export interface Thrown {
  readonly byStatus: Map<number, StatusErrors>;
  /** What the code calls that this server does in the library's place, such as `createSession`. */
  readonly calls: Set<string>;
  /** Places that make an error whose status is unknown. */
  readonly unclear: Set<string>;
}

/** These make what they get. They throw nothing themselves. */
const NOT_FOLLOWED = new Set(['createAuthEndpoint', 'createAuthMiddleware', 'APIError', 'BetterAuthError']);

/** Finds every error that some code makes, and that the functions make which it names. */
export class ThrownErrors {
  private readonly values: Values;

  constructor(private readonly program: Program) {
    this.values = new Values(program);
  }

  in(roots: readonly ts.Node[]): Thrown {
    const thrown: Thrown = { byStatus: new Map(), calls: new Set(), unclear: new Set() };
    const seen = new Set<ts.Node>();
    const visit = (node: ts.Node | undefined): void => {
      if (!node || seen.has(node)) return;
      seen.add(node);
      look(node);
    };
    const look = (node: ts.Node): void => {
      if (isOfUnknownOption(node)) return;
      if (isSwallowed(node)) return node.arguments.forEach(look);
      this.note(node, thrown);
      if (ts.isIdentifier(node) && isUse(node) && !NOT_FOLLOWED.has(plain(node.text)))
        visit(codeOf(this.program.declarationOf(node)));
      if (ts.isPropertyAccessExpression(node)) visit(this.called(node, thrown));
      ts.forEachChild(node, look);
    };
    roots.forEach(visit);
    return thrown;
  }

  /** Notes what is called on `password` and on `internalAdapter`, and returns the code of the latter. */
  private called({ expression, name }: ts.PropertyAccessExpression, { calls }: Thrown): ts.Node | undefined {
    const owner = /\b(?:password|internalAdapter)$/.exec(expression.getText())?.[0];
    if (owner === undefined) return undefined;
    calls.add(owner === 'password' ? `password.${name.text}` : name.text);
    return owner === 'password'
      ? undefined
      : this.program.memberOf('/better-auth/dist/db/internal-adapter.mjs', name.text);
  }

  private note(node: ts.Node, thrown: Thrown): void {
    const made = errorIn(node);
    if (!made) return;
    for (const value of this.values.of(made.status)) {
      const status = statusOf(value);
      if (status === undefined) thrown.unclear.add(placeOf(node));
      else this.noteBody(thrown, status, made);
    }
  }

  private noteBody({ byStatus }: Thrown, status: number, made: Made): void {
    const errors = byStatus.get(status) ?? new StatusErrors();
    byStatus.set(status, errors);
    for (const body of this.values.of(made.body)) {
      if (body.kind === 'nothing' && made.hasBody) continue;
      const codes = noteTexts(this.values.property(body, 'code'), errors.codes, errors);
      const names = noteTexts(this.values.property(body, 'error'), errors.names, errors);
      if (codes !== 'always' && names !== 'always') errors.bare = true;
    }
  }
}

function noteTexts(
  values: readonly Value[],
  into: Set<string>,
  errors: StatusErrors,
): 'always' | 'not always' {
  for (const value of values) {
    if (value.kind === 'text') into.add(value.text);
    if (value.kind === 'unknown') errors.open = true;
  }
  return values.some(({ kind }) => kind === 'nothing') ? 'not always' : 'always';
}

interface Made {
  readonly status: ts.Node | undefined;
  readonly body: ts.Node | undefined;
  readonly hasBody?: boolean;
}

/** The status and the body if this expression makes an error. */
function errorIn(node: ts.Node): Made | undefined {
  if (ts.isNewExpression(node) && plain(node.expression.getText()) === 'APIError')
    return { status: node.arguments?.[0], body: node.arguments?.[1] };
  if (!ts.isCallExpression(node)) return undefined;
  const {
    expression: called,
    arguments: [first, body],
  } = node;
  if (called.getText() === 'middlewareResponse' && first && ts.isObjectLiteralExpression(first)) {
    const status = first.properties.find(({ name }) => name?.getText() === 'status');
    return {
      status: status && ts.isPropertyAssignment(status) ? status.initializer : undefined,
      body: first,
    };
  }
  if (called.kind === ts.SyntaxKind.SuperKeyword && isOfError(node)) return { status: first, body };
  if (!ts.isPropertyAccessExpression(called)) return undefined;
  switch (`${plain(called.expression.getText())}.${called.name.text}`) {
    case 'APIError.from':
      return { status: first, body, hasBody: true };
    case 'APIError.fromStatus':
    case 'ctx.error':
    case 'c.error':
    case 'context.error':
      return { status: first, body };
    default:
      return undefined;
  }
}

const isOfError = (node: ts.Node) =>
  ts
    .findAncestor(node, ts.isClassLike)
    ?.heritageClauses?.some((clause) => /\bAPIError\b/.test(clause.getText()));

/**
 * `if (options.user?.validateUserInfo)`: this server does not let anybody set this option. And `resolveUser` of `sso` needs
 * a module, with which no list of codes is complete.
 */
const isOfUnknownOption = (node: ts.Node) =>
  (ts.isIfStatement(node) &&
    /validateUserInfo|^resolution\?\.action === "reject"$/.test(node.expression.getText())) ||
  (ts.isCallExpression(node) && node.expression.getText().startsWith('assertValidUserInfo'));

/** `….catch(() => null)` */
function isSwallowed(node: ts.Node): node is ts.CallExpression {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const [handler] = node.arguments;
  if (node.expression.name.text !== 'catch' || !handler || !ts.isArrowFunction(handler)) return false;
  return handler.parameters.length === 0 && !handler.getText().includes('throw ');
}

/** The number of a status that is a number or has a name. */
export function statusOf(value: Value): number | undefined {
  if (value.kind !== 'text') return undefined;
  const status = (statusCodes as Readonly<Record<string, number>>)[value.text] ?? Number(value.text);
  return Number.isInteger(status) ? status : undefined;
}

/** False for a name that is declared here, or that names a property. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isVariableDeclaration(parent) || ts.isBindingElement(parent)) return parent.initializer === node;
  return !ts.isImportSpecifier(parent) && !ts.isParameter(parent);
}

/** The code behind a name. */
function codeOf(declared: ts.Declaration | undefined): ts.Node | undefined {
  if (!declared || ts.isFunctionDeclaration(declared) || ts.isClassDeclaration(declared)) return declared;
  if (ts.isVariableDeclaration(declared)) return declared.initializer;
  return ts.isBindingElement(declared)
    ? ts.findAncestor(declared, ts.isVariableDeclaration)?.initializer
    : undefined;
}

function placeOf(node: ts.Node): string {
  const file = node.getSourceFile();
  const { line } = file.getLineAndCharacterOfPosition(node.getStart());
  return `${file.fileName.replace(/.*node_modules\//, '')}:${line + 1}`;
}
