import { resolve } from 'node:path';
import ts from 'typescript';
import type { Manifest } from './chart.js';

/** The modules with the types of the kinds in the chart. */
const TYPES: Readonly<Record<string, string>> = {
  Deployment: 'kubernetes-models/apps/v1',
  Job: 'kubernetes-models/batch/v1',
  PodDisruptionBudget: 'kubernetes-models/policy/v1',
  Service: 'kubernetes-models/v1',
  ServiceAccount: 'kubernetes-models/v1',
  ServiceMonitor: '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
};

/**
 * Returns what the compiler says about each manifest as a value of the type of its kind. The validators of Kubernetes' schemas
 * accept unknown fields; the compiler does not.
 */
export function faultsOf(manifests: readonly Manifest[]): string[] {
  const file = resolve('test/deploy/rendered.ts');
  const text = manifests
    .map((manifest, index) => {
      const type = `import('${TYPES[manifest.kind] ?? 'unknown kind'}').I${manifest.kind}`;
      return `export const manifest${index}: ${type} = ${JSON.stringify(manifest)};`;
    })
    .join('\n');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, languageVersion, ...more) =>
    name === file
      ? ts.createSourceFile(name, text, languageVersion)
      : getSourceFile(name, languageVersion, ...more);
  const program = ts.createProgram([file], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
