import { setTimeout as sleep } from 'node:timers/promises';
import type { Gatehouse } from '../setup/gatehouse.js';

/** Milliseconds in which PostgreSQL commits or rolls back what the killed server sent last. */
export const LAST_COMMIT = 100;

export interface Ordeal {
  /** The request during which the server is killed. */
  send(): Promise<unknown>;
  /** Expects that everything happened, or that nothing did and the request can be repeated. */
  check(): Promise<void>;
}

interface Plan {
  readonly ordeals: Readonly<Record<string, () => Promise<Ordeal>>>;
  readonly kills: number;
  /** Milliseconds that most of the requests take at most. */
  readonly longest: number;
}

/**
 * Kills the victim during each of the requests in turn, and checks what is left while the next victim starts.
 * @returns what happened to the requests: `answered` or `cut`.
 */
export async function sufferKills(
  { ordeals, kills, longest }: Plan,
  victim: () => Gatehouse,
  restart: () => Promise<void>,
): Promise<Set<string>> {
  const names = Object.keys(ordeals);
  const outcomes = new Set<string>();
  for (let n = 0; n < kills; n++) {
    const name = names[n % names.length]!;
    const ordeal = await ordeals[name]!();
    const answered = ordeal.send().then(
      () => 'answered',
      () => 'cut',
    );
    const when = await moment(n, answered, longest);
    await victim().stop('SIGKILL');
    await sleep(LAST_COMMIT);
    const outcome = await answered;
    outcomes.add(outcome);
    const next = restart();
    try {
      await ordeal.check();
    } catch (error) {
      throw new Error(`${name} ${when}: ${outcome}`, { cause: error });
    } finally {
      await next;
    }
  }
  return outcomes;
}

/** Waits until the server is to be killed: at once, after the answer, or at random between them. */
async function moment(n: number, answered: Promise<unknown>, longest: number): Promise<string> {
  if (n % 5 === 0) return 'at once';
  if (n % 5 === 1) return answered.then(() => 'after the answer');
  const delay = Math.random() ** 2 * longest;
  await sleep(delay);
  return `after ${delay.toFixed(0)} ms`;
}
