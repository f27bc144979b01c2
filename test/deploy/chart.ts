import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { load, loadAll } from 'js-yaml';

const CHART = 'deploy/chart';

export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly [field: string]: unknown;
}

type Values = Readonly<Record<string, unknown>>;

const has = (program: string, flag: string) => spawnSync(program, [flag]).status === 0;
const isHelmThere = has('helm', 'version');

/** Debian's packages golang-go and golang-github-masterminds-sprig-dev have what Helm's templates need. */
const SOURCES = '/usr/share/gocode';
const isGoThere =
  has('go', 'version') && spawnSync('ls', [`${SOURCES}/src/github.com/Masterminds/sprig`]).status === 0;

/** False if this machine has neither Helm nor Go with Helm's function library. */
export const canRender = isHelmThere || isGoThere;

let renderer: string | undefined;

/** Renders the chart like `helm template gatehouse deploy/chart`. */
export function render(values: Values = {}): Manifest[] {
  const text = isHelmThere ? renderWithHelm(values) : renderWithGo(values);
  return loadAll(text).filter((manifest) => manifest !== null && manifest !== undefined) as Manifest[];
}

function renderWithHelm(values: Values): string {
  return execFileSync('helm', ['template', 'gatehouse', CHART, '--values', '-'], {
    input: JSON.stringify(values),
  }).toString();
}

function renderWithGo(values: Values): string {
  renderer ??= buildRenderer();
  const { name, version, appVersion } = read('Chart.yaml') as Record<string, string>;
  const input = {
    Chart: { Name: name, Version: version, AppVersion: appVersion },
    Release: { Name: 'gatehouse', Service: 'Helm' },
    Values: merge(read('values.yaml') as Values, values),
  };
  return execFileSync(renderer, [join(CHART, 'templates')], { input: JSON.stringify(input) }).toString();
}

function buildRenderer(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-renderer-'));
  execFileSync('go', ['build', '-o', join(folder, 'render'), '.'], {
    cwd: resolve('test/deploy/renderer'),
    env: {
      ...process.env,
      GO111MODULE: 'off',
      GOPATH: SOURCES,
      GOCACHE: join(tmpdir(), 'gatehouse-go-cache'),
    },
  });
  return join(folder, 'render');
}

const read = (file: string): unknown => load(readFileSync(join(CHART, file), 'utf8'));

/** As Helm merges given values into the defaults: maps are merged, everything else is replaced. */
function merge(defaults: Values, given: Values): Values {
  const merged = Object.entries(given).map(([name, value]) => {
    const before = defaults[name];
    return [name, isMap(before) && isMap(value) ? merge(before, value) : value];
  });
  return { ...defaults, ...(Object.fromEntries(merged) as Values) };
}

const isMap = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
