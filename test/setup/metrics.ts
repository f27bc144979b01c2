import type { Gatehouse } from './gatehouse.js';
import { aStranger } from './people.js';

/** Reads the value of a metric without labels from `/metrics`. */
export async function metric(gatehouse: Gatehouse, name: string): Promise<number> {
  const { text } = await aStranger(gatehouse).get('/metrics');
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`/metrics has no metric ${name}.`);
  return Number(value);
}

/** Counts the password hashes that the server computes while `work` runs. */
export async function hashesDuring(gatehouse: Gatehouse, work: () => Promise<unknown>): Promise<number> {
  const before = await metric(gatehouse, 'gatehouse_password_hashes_total');
  await work();
  return (await metric(gatehouse, 'gatehouse_password_hashes_total')) - before;
}
