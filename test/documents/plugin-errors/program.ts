import ts from 'typescript';

/** The packages whose code is read. Others throw no errors that a client sees. */
const READ =
  /\/node_modules\/(?:better-auth\/dist|@better-auth\/(?:api-key|core|oauth-provider|passkey|scim|sso)\/dist)\/(?!social-providers\/|adapters\/)/;

export type Call = ts.CallExpression | ts.NewExpression;

/** The published JavaScript of some files and of everything that they import, with the names resolved. */
export class Program {
  private readonly program: ts.Program;
  private readonly checker: ts.TypeChecker;
  private readonly callsByName = new Map<string, Call[]>();

  constructor(files: readonly string[]) {
    const options: ts.CompilerOptions = {
      allowJs: true,
      noLib: true,
      types: [],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      maxNodeModuleJsDepth: 100,
    };
    const host = ts.createCompilerHost(options);
    host.resolveModuleNameLiterals = (names, from) =>
      names.map(({ text }) => ({ resolvedModule: scriptOf(text, from, options, host) }));
    this.program = ts.createProgram([...files], options, host);
    this.checker = this.program.getTypeChecker();
    for (const file of this.files) this.indexCalls(file);
  }

  get files(): readonly ts.SourceFile[] {
    return this.program.getSourceFiles().filter(({ fileName }) => READ.test(fileName));
  }

  /** What the name stands for, in whatever file that is. */
  declarationOf(name: ts.Node): ts.Declaration | undefined {
    let symbol = ts.isShorthandPropertyAssignment(name.parent)
      ? this.checker.getShorthandAssignmentValueSymbol(name.parent)
      : this.checker.getSymbolAtLocation(name);
    if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = this.checker.getAliasedSymbol(symbol);
    return symbol?.declarations?.[0];
  }

  /** The calls of every function, and of every class, with this name. */
  callsOf(name: string): readonly Call[] {
    return this.callsByName.get(plain(name)) ?? [];
  }

  /** The function with this name in an object of the file. */
  memberOf(file: string, name: string): ts.Node | undefined {
    let found: ts.Node | undefined;
    const look = (node: ts.Node): void => {
      if (
        ts.isPropertyAssignment(node) &&
        node.name.getText() === name &&
        ts.isArrowFunction(node.initializer)
      )
        found = node.initializer;
      ts.forEachChild(node, look);
    };
    const source = this.files.find(({ fileName }) => fileName.endsWith(file));
    if (source) look(source);
    return found;
  }

  private indexCalls(node: ts.Node): void {
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      for (const name of this.namesOf(node.expression)) {
        const calls = this.callsByName.get(name) ?? [];
        this.callsByName.set(name, [...calls, node]);
      }
    }
    ts.forEachChild(node, (child) => this.indexCalls(child));
  }

  /** The name as written, and the name in the file that defines it, if an import renames it. */
  private namesOf(called: ts.Expression): Set<string> {
    if (ts.isPropertyAccessExpression(called)) return new Set([called.name.text]);
    if (!ts.isIdentifier(called)) return new Set();
    const defined = this.declarationOf(called);
    const name = defined && ts.getNameOfDeclaration(defined);
    return new Set([plain(called.text), ...(name && ts.isIdentifier(name) ? [plain(name.text)] : [])]);
  }
}

/** A bundler adds `$1` to a name that it has already seen. */
export const plain = (name: string) => name.replace(/\$\d+$/, '');

/** The script beside the types, which TypeScript would choose. */
function scriptOf(name: string, from: string, options: ts.CompilerOptions, host: ts.CompilerHost) {
  const mode = ts.ModuleKind.ESNext;
  const { resolvedModule } = ts.resolveModuleName(name, from, options, host, undefined, undefined, mode);
  if (!resolvedModule) return undefined;
  const resolvedFileName = resolvedModule.resolvedFileName.replace(/\.d\.(m?)ts$/, '.$1js');
  if (!READ.test(resolvedFileName) || !host.fileExists(resolvedFileName)) return undefined;
  const extension = resolvedFileName.endsWith('.mjs') ? ts.Extension.Mjs : ts.Extension.Js;
  return { ...resolvedModule, resolvedFileName, extension };
}
