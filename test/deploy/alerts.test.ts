import { readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import { load } from 'js-yaml';
import { startGatehouse } from '../setup/gatehouse.js';
import { aStranger } from '../setup/people.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
}

const { groups } = load(readFileSync('deploy/prometheus-rules.yaml', 'utf8')) as {
  groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);

/** The metrics in an expression, and the texts that Prometheus' grammar does not accept. */
function read(expression: string): { metrics: string[]; faults: string[] } {
  const metrics: string[] = [];
  const faults: string[] = [];
  parser.parse(expression).iterate({
    enter({ name, from, to, type, node }) {
      if (type.isError) faults.push(`${expression.slice(0, from)}▲${expression.slice(to)}`);
      if (name === 'Identifier' && node.parent?.name === 'VectorSelector')
        metrics.push(expression.slice(from, to));
    },
  });
  return { metrics, faults };
}

test.each(rules.map((rule) => [rule.alert, rule] as const))(
  '%s is a valid expression, and the page of operations explains it',
  (name, { expr }) => {
    expect(read(expr).faults).toEqual([]);
    expect(readFileSync('src/health/operations.md', 'utf8')).toContain(`| \`${name}\``);
  },
);

test('every metric of the alerts is one that the server shows', async () => {
  const gatehouse = await startGatehouse();
  const text = (await aStranger(gatehouse).get('/metrics')).text;
  await gatehouse.stop();
  const shown = new Set(Array.from(text.matchAll(/^# TYPE (\S+)/gm), ([, name]) => name));
  const asked = rules.flatMap(({ expr }) => read(expr).metrics);
  expect(asked.length).toBeGreaterThanOrEqual(rules.length);
  const known = (name: string) =>
    name === 'up' || shown.has(name) || shown.has(name.replace(/_(bucket|count|sum)$/, ''));
  expect(asked.filter((name) => !known(name))).toEqual([]);
});

test('these checks find a broken expression and read its metrics', () => {
  expect(read('sum(rate(a_total[5m]) > ').faults).not.toEqual([]);
  expect(read('max(some_metric) > other_metric').metrics).toEqual(['some_metric', 'other_metric']);
});
