import autocannon from 'autocannon';
import { median } from './figures.mjs';

/**
 * Sends requests for `seconds`, or `amount` of them, over `connections`. Each connection goes through its own part of them in
 * order, so that the connections do not ask for the same row at the same time. Every answer has to be 200.
 * @param requests method, path, headers and body of each; by default, `path` with each of `headers`.
 * @returns requests per second, and the 99th percentile in milliseconds.
 */
export async function load({ origin, path, headers, requests, connections = 16, seconds, amount }) {
  const all = requests ?? headers.map((each) => ({ path, headers: each }));
  let connected = 0;
  const result = await autocannon({
    url: origin,
    connections,
    ...(amount ? { amount } : { duration: seconds }),
    requests: all,
    setupClient(client) {
      // The load generator prepares 10,000 requests a second, so a connection should not get more than it needs.
      const [from, to] = [connected, ++connected].map((n) => Math.floor((n * all.length) / connections));
      const part = from < to ? all.slice(from, to) : all;
      client.setRequests(part.map((each) => ({ ...each })));
    },
  });
  const { errors, timeouts, non2xx } = result;
  if (errors + timeouts + non2xx > 0) {
    throw new Error(
      `${origin}${all[0].path}: ${errors} errors, ${timeouts} timeouts, ${non2xx} answers other than 2xx`,
    );
  }
  return {
    count: result['2xx'],
    rate: result['2xx'] / result.duration,
    p99: result.latency.p99,
    p50: result.latency.p50,
  };
}

/** Rounds that are not measured, and the seconds of each. */
const WARM_UP = { rounds: 3, seconds: 4 };

/**
 * Sends requests to all servers before the measurement, because V8 needs several seconds to compile the functions that are
 * used often, and compiles some of them again after connections have closed.
 */
export async function warmUp(targets, connections) {
  for (let round = 0; round < WARM_UP.rounds; round++) {
    for (const target of targets) await load({ ...target, connections, seconds: WARM_UP.seconds });
  }
}

/**
 * Warms all contestants up and then measures them in turn, round after round. Each round begins with another contestant.
 * Figures are medians over the rounds; a ratio is the median of the ratios of each round.
 */
export async function compete(contestants, { rounds, seconds, connections }) {
  const results = new Map(contestants.map(({ name }) => [name, []]));
  await warmUp(
    contestants.map(({ target }) => target),
    connections,
  );
  for (let round = 0; round < rounds; round++) {
    for (let n = 0; n < contestants.length; n++) {
      const { name, target } = contestants[(round + n) % contestants.length];
      results.get(name).push(await load({ ...target, connections, seconds }));
    }
  }
  return {
    rate: (name) => median(results.get(name).map(({ rate }) => rate)),
    p99: (name) => median(results.get(name).map(({ p99 }) => p99)),
    ratio: (name, other, figure = 'rate') =>
      median(results.get(name).map((result, n) => result[figure] / results.get(other)[n][figure])),
  };
}
