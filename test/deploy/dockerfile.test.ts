import { readFileSync } from 'node:fs';
import { DockerfileParser } from 'dockerfile-ast';
import { ValidationSeverity, validate } from 'dockerfile-utils';
import { load } from 'js-yaml';
import { VARIABLES } from '../../src/config/variables.js';

const dockerfile = readFileSync('Dockerfile', 'utf8');
const last = DockerfileParser.parse(dockerfile)
  .getInstructions()
  .reduce<Record<string, string>>(
    (all, each) => ({ ...all, [each.getKeyword()]: each.getArgumentsContent() ?? '' }),
    {},
  );

test('a linter finds nothing in the Dockerfile', () => {
  const rules = {
    deprecatedMaintainer: ValidationSeverity.ERROR,
    directiveCasing: ValidationSeverity.ERROR,
    emptyContinuationLine: ValidationSeverity.ERROR,
    instructionCasing: ValidationSeverity.ERROR,
    instructionCmdMultiple: ValidationSeverity.ERROR,
    instructionEntrypointMultiple: ValidationSeverity.ERROR,
    instructionHealthcheckMultiple: ValidationSeverity.ERROR,
    instructionJSONInSingleQuotes: ValidationSeverity.ERROR,
    instructionWorkdirRelative: ValidationSeverity.ERROR,
  };
  expect(validate(dockerfile, rules)).toEqual([]);
  expect(validate('FROM node\nWORKDIR app\nCMD a\nCMD b\n', rules)).toHaveLength(2);
});

test('the image starts the server as npm run start:prod does, and its user is a number and not root', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  expect((JSON.parse(last['CMD'] ?? '') as string[]).join(' ')).toBe(scripts['start:prod']);
  // Kubernetes can check `runAsNonRoot` only for a number.
  expect(last['USER']).toMatch(/^[1-9]\d*:[1-9]\d*$/);
});

type Mapping = Readonly<Record<string, unknown>>;

/** Reads YAML with merge keys (`<<`), which Compose supports and the current YAML does not. */
function withMerges(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withMerges);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, withMerges(inner)] as const);
  const { '<<': merged, ...own } = Object.fromEntries(entries);
  return { ...(merged as Mapping | undefined), ...own };
}

describe('compose.yaml', () => {
  const { services } = withMerges(load(readFileSync('compose.yaml', 'utf8'))) as {
    services: Readonly<Record<string, Mapping>>;
  };

  test('starts the migration when PostgreSQL is ready, and the server when the migration is done', () => {
    expect(services['migrate']).toMatchObject({
      command: ['node', 'dist/src/commands/migration-run.js'],
      depends_on: { postgres: { condition: 'service_healthy' } },
    });
    expect(services['server']).toMatchObject({
      depends_on: { migrate: { condition: 'service_completed_successfully' } },
    });
  });

  test.each(['migrate', 'server'])(
    '%s runs read-only and without rights, as a role that is no superuser',
    (name) => {
      expect(services[name]).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        environment: { DATABASE_URL: expect.stringMatching(/^postgresql:\/\/owner:/) as string },
      });
    },
  );

  test('sets only variables that the server knows', () => {
    const environment = services['server']?.['environment'] as Mapping;
    expect(Object.keys(environment).filter((name) => !(name in VARIABLES))).toEqual([]);
  });
});
