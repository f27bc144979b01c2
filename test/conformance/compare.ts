import { DELIBERATE_DIFFERENCES } from './deliberate-differences.js';
import { Observer } from './observe.js';
import type { Answer, Side } from './side.js';
import type { Scenario, Step } from './steps.js';

/** A step that the two servers answered differently. Lines with `-` are Better Auth's, lines with `+` Gatehouse's. */
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

/** The result of comparing one step. */
export interface Outcome {
  readonly ours?: Answer;
  /** True if the answers differ deliberately. Later answers may then differ too. */
  readonly accepted: boolean;
  /** The differing lines; empty if the answers are the same or differ deliberately. */
  readonly lines: readonly string[];
}

/** Sends the same steps to two servers and compares the answers. */
export class Comparison {
  private readonly oracleObserver: Observer;
  private readonly gatehouseObserver: Observer;

  constructor(
    private readonly oracle: Side,
    private readonly gatehouse: Side,
  ) {
    this.oracleObserver = new Observer(oracle);
    this.gatehouseObserver = new Observer(gatehouse);
  }

  async compare(step: Step): Promise<Outcome> {
    const sentAt = Date.now();
    const [theirs, ours] = await Promise.all([outcomeOf(step, this.oracle), outcomeOf(step, this.gatehouse)]);
    if (!theirs || !ours) return { accepted: false, lines: [] };
    const accepted = DELIBERATE_DIFFERENCES.some(({ accepts }) => accepts?.(theirs, ours, step.label));
    if (accepted && ours.status < 500) return { ours, accepted, lines: [] };
    const lines = differingLines(
      this.oracleObserver.observe(withoutDifferences(theirs, ours, 'oracle'), sentAt),
      this.gatehouseObserver.observe(withoutDifferences(ours, theirs, 'gatehouse'), sentAt),
    );
    // A 500 of Gatehouse fails the step even if Better Auth answers 500 too.
    if (ours.status >= 500 && !isOfAnother(ours)) lines.push('+ no input may end in a 500');
    return { ours, accepted, lines };
  }
}

/** True if another server is the reason, such as a DNS server that does not know a name. */
const isOfAnother = ({ status }: Answer) => status === 502;

/** Turns a closed connection or a timeout into an answer, so that it can be compared. */
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
