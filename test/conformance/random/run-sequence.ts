import { setTimeout as sleep } from 'node:timers/promises';
import { Comparison } from '../compare.js';
import type { Pair, Sides } from '../pair.js';
import type { Answer, Side } from '../side.js';
import { throughProvider } from '../provider-steps.js';
import { call, keepLink, rows, saving, shownCode, withStaleCookie, type Step } from '../steps.js';
import { MAILS, PROVIDER, type RandomRequest, type RandomStep } from './requests.js';

const BASE = '/api/auth';
/** Milliseconds to wait for a mail that Better Auth may still send. */
const MAIL_WAIT = 60;
/** Milliseconds to wait until both servers have sent the same number of mails. */
const SAME_COUNT_WAIT = 3000;

/** The rows that a sequence finds and leaves. */
export interface World {
  /** Inserts rows whose names contain the tag, and saves the values that requests write in braces. */
  populate(side: Side, server: keyof Sides, tag: string): Promise<void>;
  /** Queries for the rows that a sequence leaves, without random values. */
  remains(tag: string): readonly string[];
  /** True if the sequence has caused the message to this address or number. */
  isRecipient(to: string, tag: string): boolean;
  /**
   * What later requests may use, by path: names of saved values, each with the field of an answer of 200, or with a pattern
   * whose first group is in `Location` or the text.
   */
  readonly saved: Readonly<Record<string, Readonly<Record<string, string | RegExp>>>>;
  /** Lines of the log about code of plugins that fails at a value, which this server answers with 400. */
  readonly knownFaults?: RegExp;
}

let count = 0;

/** Makes both servers create their signing key. Otherwise two simultaneous requests make Better Auth create two keys. */
export async function makeKeys(pair: Pair): Promise<void> {
  const { oracle, gatehouse } = pair.newSides();
  const keys = call('GET', `${BASE}/jwks`);
  await Promise.all([keys.run(oracle), keys.run(gatehouse)]);
}

/**
 * Sends a sequence of requests to both servers, from users that only this sequence has.
 * @returns a readable report of the first difference, or '' if there is none.
 */
export async function runSequence(
  pair: Pair,
  world: World,
  sequence: readonly RandomStep[],
): Promise<string> {
  const tag = `r${(count += 1)}x`;
  const sides = pair.newSides();
  for (const [server, side] of Object.entries(sides) as [keyof Sides, Side][])
    await world.populate(side, server, tag);
  const run = new Run(sides, world, tag);
  for (const step of sequence) {
    const found = await run.take(step);
    if (found !== '') return found;
  }
  return run.end();
}

class Run {
  private readonly comparison: Comparison;
  private readonly taken: string[] = [];
  private readonly requestIds: string[] = [];
  /** How often each mailed link was opened. */
  private readonly opened = new Map<string, number>();
  /** True after a deliberate difference. From then on only a 500 of Gatehouse fails the sequence. */
  private diverged = false;

  constructor(
    private readonly sides: Sides,
    private readonly world: World,
    private readonly tag: string,
  ) {
    this.comparison = new Comparison(sides.oracle, sides.gatehouse);
  }

  async take(step: RandomStep): Promise<string> {
    if (step === MAILS) return this.mails();
    if (step === PROVIDER) return this.step(pages);
    if (step.link) this.open();
    const carries = [...this.sides.oracle.cookies(step.browser).keys()].some((name) =>
      /session_data/.test(name),
    );
    const request = requestStep(step, this.world.saved);
    return this.step(carries ? withStaleCookie(request) : request);
  }

  async end(): Promise<string> {
    const mails = await this.mails();
    if (mails !== '') return mails;
    for (const query of this.world.remains(this.tag)) {
      const left = await this.step(rows(query));
      if (left !== '') return left;
    }
    const log = this.sides.gatehouse.written();
    const faults = log
      .split('\n')
      .filter((line) => this.requestIds.some((id) => line.includes(id)) && isFault(line))
      .filter((line) => !this.world.knownFaults?.test(line));
    return faults.length > 0 ? this.report('the log', faults) : '';
  }

  private async step(step: Step): Promise<string> {
    const { ours, accepted, lines } = await this.comparison.compare(step);
    this.taken.push(step.label);
    this.requestIds.push(...requestIdsOf(ours));
    const counted = this.diverged ? lines.filter((line) => line.startsWith('+ no input')) : lines;
    if (accepted && !step.label.startsWith('OPTIONS ')) this.diverged = true;
    return counted.length > 0 ? this.report(step.label, counted) : '';
  }

  private async mails(): Promise<string> {
    const of = (side: Side) => side.mails().filter(({ to }) => this.world.isRecipient(to, this.tag));
    const [before, since] = [of(this.sides.oracle).length, Date.now()];
    while (of(this.sides.oracle).length === before && Date.now() - since < MAIL_WAIT) await sleep(10);
    const settled = () => this.diverged || of(this.sides.oracle).length === of(this.sides.gatehouse).length;
    while (!settled() && Date.now() - since < SAME_COUNT_WAIT) await sleep(10);
    for (const side of [this.sides.oracle, this.sides.gatehouse]) {
      const last = of(side).at(-1);
      if (last && URL.canParse(last.url)) keepLink(side, 'link', new URL(last.url));
      else if (last) side.saved.set('code', last.url);
    }
    const twice = [...this.opened.values()].some((times) => times > 1);
    return this.step({
      label: twice ? 'mails of a link opened twice' : 'mails',
      run: (side) => {
        const text = of(side).map(({ kind, to, url }) => `${kind} to ${to}: ${shownCode(url)}`);
        const answer = {
          status: 200,
          reason: 'mails',
          headers: [],
          text: `${text.length}\n${text.join('\n')}`,
        };
        return Promise.resolve(answer);
      },
    });
  }

  private open(): void {
    const link = this.sides.oracle.saved.get('link') ?? '';
    this.opened.set(link, (this.opened.get(link) ?? 0) + 1);
  }

  private report(step: string, lines: readonly string[]): string {
    return [...this.taken.map((label, index) => `${index + 1}. ${label}`), `differs: ${step}`, ...lines].join(
      '\n',
    );
  }
}

/** Without an address, or with one that the provider refuses, the callback stays the old one. */
const pages: Step = {
  label: 'go through the provider',
  async run(side) {
    try {
      await throughProvider().run(side);
      return undefined;
    } catch (error) {
      return { status: 200, reason: 'provider', headers: [], text: (error as Error).message };
    }
  },
};

function requestStep(
  { method, path, link, body, headers, browser }: RandomRequest,
  saved: World['saved'],
): Step {
  const kept = Object.entries(saved[path.split('?', 1)[0] ?? ''] ?? {});
  const fields = kept.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const patterns = kept.filter((entry): entry is [string, RegExp] => typeof entry[1] !== 'string');
  const used = Object.keys(headers).length > 0 ? { headers } : {};
  const step = saving(
    call(method, link ? path : BASE + path, body, { browser, ...used }),
    Object.fromEntries(patterns),
  );
  return {
    label: `${step.label} (${browser})`,
    async run(side) {
      const answer = await step.run(side);
      if (answer?.status === 200) keepFields(side, fields, answer.text);
      return answer && hasNoOrder(path) ? { ...answer, text: inOrder(answer.text, path) } : answer;
    },
  };
}

function keepFields(side: Side, fields: readonly (readonly [string, string])[], text: string): void {
  for (const [name, field] of fields) {
    const found = field
      .split('.')
      .reduce<unknown>(
        (value, key) => (value as Record<string, unknown> | undefined)?.[key],
        JSON.parse(text),
      );
    if (typeof found === 'string') side.saved.set(name, found);
  }
}

/**
 * True if nobody promises the order of a list: that of sessions (src/sessions/protocol.md, "list-sessions"), and that of
 * what belongs to an organization, unless the request names a field to sort by.
 */
const hasNoOrder = (path: string): boolean =>
  path.startsWith('/list-sessions') || (path.startsWith('/organization/') && !path.includes('sortBy='));

/** Sorts lists by time. Of a page of a list without order, only the number of its rows can be compared. */
function inOrder(text: string, path: string): string {
  const isPage = /[?&](limit|offset)=/.test(path);
  return text === '' ? text : JSON.stringify(sorted(JSON.parse(text), isPage));
}

function sorted(part: unknown, isPage: boolean): unknown {
  if (Array.isArray(part)) {
    if (isPage) return part.length;
    const parts = part.map((each) => sorted(each, isPage));
    return parts.every(hasTime) ? parts.toSorted((a, b) => (timesOf(a) < timesOf(b) ? -1 : 1)) : parts;
  }
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, sorted(value, isPage)]));
}

const hasTime = (part: unknown): part is Record<string, string> =>
  typeof part === 'object' && part !== null && 'createdAt' in part;

const timesOf = ({ createdAt, updatedAt }: Record<string, string>) => `${createdAt}${updatedAt}`;

const requestIdsOf = (answer: Answer | undefined): string[] =>
  (answer?.headers ?? []).flatMap(([name, value]) => (name === 'x-request-id' ? [value] : []));

/** True if a log line contains a stack trace or is part of one. */
export const isFault = (line: string): boolean => /"at":\["at |unexpected fault|^\s+at /.test(line);
