import { AsyncLocalStorage } from 'node:async_hooks';

/** Bytes of one answer of a provider. Discovery documents, key sets and profiles have a few thousand. */
const LONGEST_ANSWER = 1024 * 1024;
/** Milliseconds for a request without a time limit of its own. */
const LONGEST_WAIT = 60_000;
const MOST_REDIRECTS = 3;

/** Status codes of answers that cannot have a body (Fetch Standard §2.2.4). */
const WITHOUT_BODY = new Set([204, 205, 304]);

/** Ends the requests that are made while `work` runs. */
const signals = new AsyncLocalStorage<AbortSignal>();

/** An answer of a provider that the server does not read. */
export class UnusableAnswer extends Error {}

/** Runs `work`. If the signal is aborted, every request that `work` makes ends at once. */
export const endingWith = <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> =>
  signals.run(signal, work);

/**
 * Limits the time and size of every request that this process makes with `fetch`, and follows no redirect to another
 * origin, because a provider could so reach servers in the operator's network. Replaces the global function, because
 * `@better-auth/core` takes no other one.
 */
export function limitOutgoingRequests(): void {
  if (globalThis.fetch === limited) return;
  unlimited = globalThis.fetch;
  globalThis.fetch = limited;
}

let unlimited: typeof fetch = globalThis.fetch;

async function limited(...[target, init = {}]: Parameters<typeof fetch>): Promise<Response> {
  const given = [init.signal, signals.getStore(), AbortSignal.timeout(LONGEST_WAIT)];
  const signal = AbortSignal.any(given.filter((one) => one !== undefined && one !== null));
  const answer = await follow(target, { ...init, signal });
  if (WITHOUT_BODY.has(answer.status)) return answer;
  const body = await readAtMost(LONGEST_ANSWER, answer);
  const { status, statusText, headers } = answer;
  return new Response(body, { status, statusText, headers });
}

async function follow(target: string | URL | Request, init: RequestInit): Promise<Response> {
  let url = target instanceof Request ? target.url : String(target);
  for (let redirects = 0; ; redirects += 1) {
    const answer = await unlimited(redirects === 0 ? target : url, { ...init, redirect: 'manual' });
    const location = answer.headers.get('location');
    if (answer.status < 300 || answer.status > 399 || location === null || init.redirect === 'manual')
      return answer;
    await answer.body?.cancel();
    const next = URL.canParse(location, url) ? new URL(location, url) : undefined;
    const isSame = next?.origin === new URL(url).origin && (init.method ?? 'GET') === 'GET';
    if (!isSame || redirects === MOST_REDIRECTS) throw new UnusableAnswer('it redirects to another address');
    url = next.href;
  }
}

async function readAtMost(limit: number, { body, headers }: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = Number(headers.get('content-length') ?? 0);
  if (length > limit) {
    await body?.cancel();
    throw tooLong();
  }
  length = 0;
  // Leaving the loop by an error ends the request.
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > limit) throw tooLong();
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

const tooLong = () => new UnusableAnswer(`its answer has more than ${LONGEST_ANSWER} bytes`);
