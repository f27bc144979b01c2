import ts from 'typescript';
import { plain, type Program } from './program.js';

/** What an expression can be, as far as the code says. */
export type Value =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'object'; readonly node: ts.ObjectLiteralExpression }
  /** An entry of `defineErrorCodes`: an object with this code and a message. */
  | { readonly kind: 'error'; readonly code: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unknown' };

const UNKNOWN: Value = { kind: 'unknown' };
const NOTHING: Value = { kind: 'nothing' };

/** Finds the values of expressions without running them. */
export class Values {
  private readonly known = new Map<ts.Node, Value[]>();

  private readonly parts = new Map<ts.Node, Map<string, Value[]>>();

  constructor(private readonly program: Program) {}

  of(node: ts.Node | undefined): Value[] {
    if (!node) return [NOTHING];
    const known = this.known.get(node);
    if (known) return known;
    // What depends on itself is unknown.
    this.known.set(node, [UNKNOWN]);
    const found = distinct(this.find(node));
    this.known.set(node, found);
    return found;
  }

  private find(node: ts.Node): Value[] {
    const further = (next: ts.Node | undefined) => this.of(next);
    if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) return [{ kind: 'text', text: node.text }];
    if (ts.isObjectLiteralExpression(node)) return [{ kind: 'object', node }];
    if (ts.isParenthesizedExpression(node) || ts.isAwaitExpression(node)) return further(node.expression);
    if (ts.isConditionalExpression(node)) return [...further(node.whenTrue), ...further(node.whenFalse)];
    if (ts.isBinaryExpression(node)) return this.ofBinary(node);
    if (node.kind === ts.SyntaxKind.NullKeyword || ts.isVoidExpression(node)) return [NOTHING];
    if (ts.isIdentifier(node)) return node.text === 'undefined' ? [NOTHING] : this.ofName(node);
    const chosen = casesOf(node);
    if (chosen) return chosen.flatMap(further);
    const maker = makerOf(node);
    if (maker !== undefined)
      return this.program.callsOf(maker).flatMap(({ arguments: given }) => further(given?.[0]));
    if (ts.isPropertyAccessExpression(node))
      return further(node.expression).flatMap((value) => this.property(value, node.name.text));
    if (ts.isElementAccessExpression(node)) {
      const keys = further(node.argumentExpression);
      return further(node.expression).flatMap((value) =>
        keys.flatMap((key) =>
          key.kind === 'text' ? this.property(value, key.text) : this.anyProperty(value),
        ),
      );
    }
    if (ts.isCallExpression(node)) return this.ofCall(node);
    return [UNKNOWN];
  }

  property(value: Value, name: string): Value[] {
    if (value.kind === 'error') {
      if (name === 'code') return [{ kind: 'text', text: value.code }];
      return name === 'message' ? [UNKNOWN] : [NOTHING];
    }
    if (value.kind === 'nothing' || value.kind === 'text') return [NOTHING];
    if (value.kind !== 'object') return [UNKNOWN];
    const parts = this.parts.get(value.node) ?? new Map<string, Value[]>();
    this.parts.set(value.node, parts);
    const known = parts.get(name);
    if (known) return known;
    parts.set(name, [UNKNOWN]);
    const found = distinct(this.findProperty(value.node, name));
    parts.set(name, found);
    return found;
  }

  private findProperty({ properties, parent }: ts.ObjectLiteralExpression, name: string): Value[] {
    const isCodes = ts.isCallExpression(parent) && plain(parent.expression.getText()) === 'defineErrorCodes';
    const found = properties.find((each) => each.name && nameOf(each.name) === name);
    if (found && isCodes) return [{ kind: 'error', code: name }];
    if (found && ts.isPropertyAssignment(found)) return this.of(found.initializer);
    if (found && ts.isShorthandPropertyAssignment(found)) return this.of(found.name);
    if (found) return [UNKNOWN];
    const spread = properties.filter(ts.isSpreadAssignment);
    if (spread.length === 0) return [NOTHING];
    return spread
      .flatMap(({ expression }) => this.of(expression))
      .flatMap((each) => this.property(each, name));
  }

  /** What a property has whose name is unknown. */
  private anyProperty(value: Value): Value[] {
    if (value.kind !== 'object') return value.kind === 'nothing' ? [NOTHING] : [UNKNOWN];
    const names = value.node.properties.map(({ name }) => name && nameOf(name));
    return names.flatMap((name) => (name === undefined ? [UNKNOWN] : this.property(value, name)));
  }

  private ofBinary({ operatorToken, left, right }: ts.BinaryExpression): Value[] {
    const operator = operatorToken.kind;
    if (operator === ts.SyntaxKind.BarBarToken || operator === ts.SyntaxKind.QuestionQuestionToken)
      return [...this.of(left).filter(({ kind }) => kind !== 'nothing'), ...this.of(right)];
    return operator === ts.SyntaxKind.AmpersandAmpersandToken ? this.of(right) : [UNKNOWN];
  }

  private ofName(name: ts.Identifier): Value[] {
    const declared = this.program.declarationOf(name);
    if (!declared) return [UNKNOWN];
    if (ts.isVariableDeclaration(declared)) {
      const given = [declared.initializer ?? [], this.assignedTo(declared)].flat();
      return given.length === 0 ? [UNKNOWN] : given.flatMap((each) => this.of(each));
    }
    if (ts.isParameter(declared)) return this.ofParameter(declared);
    if (ts.isBindingElement(declared)) return this.ofPart(declared);
    return [UNKNOWN];
  }

  private assignedTo(declared: ts.VariableDeclaration): ts.Expression[] {
    const found: ts.Expression[] = [];
    const look = (node: ts.Node): void => {
      const isAssigned =
        ts.isBinaryExpression(node) &&
        node.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
        ts.isIdentifier(node.left) &&
        this.program.declarationOf(node.left) === declared;
      if (isAssigned) found.push(node.right);
      ts.forEachChild(node, look);
    };
    const isConstant = (ts.getCombinedNodeFlags(declared) & ts.NodeFlags.Const) !== 0;
    if (!isConstant) look(ts.findAncestor(declared, ts.isFunctionLike) ?? declared.getSourceFile());
    return found;
  }

  /** `{ code }` in a parameter or in a declaration. */
  private ofPart(part: ts.BindingElement): Value[] {
    if (!ts.isObjectBindingPattern(part.parent) || part.dotDotDotToken) return [UNKNOWN];
    const from = part.parent.parent;
    const name = part.propertyName ? nameOf(part.propertyName) : part.name.getText();
    const wholes = ts.isParameter(from)
      ? this.ofParameter(from)
      : ts.isVariableDeclaration(from)
        ? this.of(from.initializer)
        : [UNKNOWN];
    const values = wholes.flatMap((whole) => this.property(whole, name ?? ''));
    if (!part.initializer) return values;
    const given = values.filter(({ kind }) => kind !== 'nothing');
    return [...given, ...this.of(part.initializer)];
  }

  /** What the calls of the function pass. */
  private ofParameter(parameter: ts.ParameterDeclaration): Value[] {
    const { parent } = parameter;
    const place = parent.parameters.indexOf(parameter);
    const name = functionName(parent);
    const calls = name === undefined ? [] : this.program.callsOf(name);
    if (calls.length === 0) return [UNKNOWN];
    const given = calls.flatMap((call) => {
      const argument = call.arguments?.[place];
      return (argument ?? parameter.initializer) ? this.of(argument ?? parameter.initializer) : [NOTHING];
    });
    return given;
  }

  private ofCall(call: ts.CallExpression): Value[] {
    const called = call.expression;
    const name = plain(called.getText());
    if (name === 'defineErrorCodes' || name === 'Object.freeze') return this.of(call.arguments[0]);
    const declared = ts.isIdentifier(called) ? this.program.declarationOf(called) : undefined;
    const body = declared && functionOf(declared);
    if (!body) return [UNKNOWN];
    const returned = returnsOf(body);
    return returned.length === 0 ? [NOTHING] : returned.flatMap((each) => this.of(each));
  }
}

/** Each value once. */
function distinct(values: readonly Value[]): Value[] {
  const seen = new Map<unknown, Value>();
  for (const value of values) {
    const key = value.kind === 'object' ? value.node : JSON.stringify(value);
    if (!seen.has(key)) seen.set(key, value);
  }
  return [...seen.values()];
}

export function nameOf(name: ts.PropertyName | ts.BindingName): string | undefined {
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name)
    ? name.text
    : undefined;
}

function functionOf(declared: ts.Declaration): ts.FunctionLikeDeclaration | undefined {
  if (ts.isFunctionDeclaration(declared)) return declared;
  const value = ts.isVariableDeclaration(declared) ? declared.initializer : undefined;
  return value && (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) ? value : undefined;
}

function functionName(called: ts.SignatureDeclaration): string | undefined {
  if (called.name && ts.isIdentifier(called.name)) return called.name.text;
  const { parent } = called;
  if (ts.isConstructorDeclaration(called)) return called.parent.name?.text;
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) return parent.name.text;
  return ts.isPropertyAssignment(parent) ? nameOf(parent.name) : undefined;
}

function returnsOf({ body }: ts.FunctionLikeDeclaration): (ts.Expression | undefined)[] {
  if (!body) return [];
  if (!ts.isBlock(body)) return [body];
  const found: (ts.Expression | undefined)[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isReturnStatement(node)) found.push(node.expression);
    if (!ts.isFunctionLike(node)) ts.forEachChild(node, look);
  };
  look(body);
  return found;
}

/** `if (isNamedError(error)) … error.code`: the code is the first argument of `createNamedError`. */
function makerOf(node: ts.Node): string | undefined {
  if (!ts.isPropertyAccessExpression(node) || node.name.text !== 'code') return undefined;
  const condition = ts.findAncestor(node, ts.isIfStatement)?.expression.getText();
  const [, name, error] = /^is(\w+Error)\((\w+)\)$/.exec(condition ?? '') ?? [];
  return error === node.expression.getText() ? `create${name}` : undefined;
}

/** The values that `switch` has found the expression to have here. */
function casesOf(node: ts.Node): ts.Expression[] | undefined {
  const clause = ts.findAncestor(node, ts.isCaseOrDefaultClause);
  if (!clause || !ts.isCaseClause(clause)) return undefined;
  const { expression } = clause.parent.parent;
  if (node === clause.expression || node.getText() !== expression.getText()) return undefined;
  const { clauses } = clause.parent;
  const found = [clause.expression];
  for (let before = clauses.indexOf(clause) - 1; before >= 0; before -= 1) {
    const other = clauses[before];
    if (!other || !ts.isCaseClause(other) || other.statements.length > 0) break;
    found.push(other.expression);
  }
  return found;
}
