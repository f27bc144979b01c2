import { DELIBERATE_DIFFERENCES } from './deliberate-differences.js';
import { Observer } from './observe.js';
import type { Answer, Side } from './side.js';
import type { Scenario, Step } from './steps.js';

/** A step that the two servers answered differently, each line as `-` Better Auth's or `+` Gatehouse's. */
export interface Difference {
  readonly step: string;
  readonly lines: readonly string[];
}

/** Runs a scenario on both servers, step by step. */
export async function compare(scenario: Scenario, oracle: Side, gatehouse: Side): Promise<Difference[]> {
  const comparison = new Comparison(oracle, gatehouse);
  const differences: Difference[] = [];
  for (const [index, step] of scenario.steps.entries()) {
    const { lines } = await comparison.compare(step);
    if (lines.length > 0) differences.push({ step: `${index + 1}. ${step.label}`, lines });
  }
  return differences;
}

/** How two servers answered one step. */
export interface Outcome {
  readonly ours?: Answer;
  /** Whether they differ as they are meant to, and may differ in what follows from it. */
  readonly accepted: boolean;
  /** Empty when nothing differs, or nothing that counts. */
  readonly lines: readonly string[];
}

/** Two servers that take the same steps. */
export class Comparison {
  private readonly there: Observer;
  private readonly here: Observer;

  constructor(
    private readonly oracle: Side,
    private readonly gatehouse: Side,
  ) {
    [this.there, this.here] = [new Observer(oracle), new Observer(gatehouse)];
  }

  async compare(step: Step): Promise<Outcome> {
    const sentAt = Date.now();
    const [theirs, ours] = await Promise.all([outcomeOf(step, this.oracle), outcomeOf(step, this.gatehouse)]);
    if (!theirs || !ours) return { accepted: false, lines: [] };
    const accepted = DELIBERATE_DIFFERENCES.some(({ accepts }) => accepts?.(theirs, ours, step.label));
    if (accepted && ours.status < 500) return { ours, accepted, lines: [] };
    const lines = differingLines(
      this.there.observe(withoutDifferences(theirs, ours, 'oracle'), sentAt),
      this.here.observe(withoutDifferences(ours, theirs, 'gatehouse'), sentAt),
    );
    // Not even where the original has one.
    if (ours.status >= 500) lines.push('+ no input may end in a 500');
    return { ours, accepted, lines };
  }
}

/** A server that gives no answer has answered nothing, which is compared as well. */
async function outcomeOf(step: Step, side: Side): Promise<Answer | undefined> {
  try {
    return await step.run(side);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code !== 'ECONNRESET' && message !== 'no answer') throw error;
    return { status: 500, reason: 'no answer', headers: [], text: '' };
  }
}

const withoutDifferences = (answer: Answer, other: Answer, from: 'oracle' | 'gatehouse'): Answer =>
  DELIBERATE_DIFFERENCES.reduce((left, { without }) => without?.(left, other, from) ?? left, answer);

function differingLines(theirs: readonly string[], ours: readonly string[]): string[] {
  if (theirs.join('\n') === ours.join('\n')) return [];
  const lines = [
    ...theirs.filter((line) => !ours.includes(line)).map((line) => `- ${line}`),
    ...ours.filter((line) => !theirs.includes(line)).map((line) => `+ ${line}`),
  ];
  return lines.length > 0
    ? lines
    : [...theirs.map((line) => `- ${line}`), ...ours.map((line) => `+ ${line}`)];
}
