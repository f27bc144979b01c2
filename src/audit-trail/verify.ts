import { compactVerify } from 'jose';
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { readTables } from '../database/tables.js';
import { HEAD_TYPE } from './chain-worker.js';
import { BEGINNING, EVENT_TEXT, chainHash } from './event-text.sql.js';

const BATCH = 5000;

/** Something that should not be. `event` and `position` say where. */
export interface AuditFinding {
  readonly kind: 'changed' | 'removed' | 'inserted' | 'chain' | 'signature';
  readonly event?: string;
  readonly position?: string;
  readonly at?: Date;
  readonly message: string;
}

export interface Verification {
  /** Events in the chain. */
  readonly chained: number;
  /** Events that no server has chained yet. */
  readonly waiting: number;
  readonly signatures: number;
  /** Months that `audit:partitions` has dropped, and by which role. */
  readonly dropped: readonly Drop[];
  readonly findings: readonly AuditFinding[];
}

interface Drop {
  readonly before: Date;
  readonly position: string;
  readonly hash: string;
  readonly role: string;
}

interface LinkRow {
  readonly position: string;
  readonly event: string;
  readonly at: Date;
  readonly previous: Buffer;
  readonly hash: Buffer;
  readonly text: string | null;
}

/** Compares every event with the chain, the chain with itself, and its signatures with the keys. Reads one snapshot. */
export function verifyAudit(dataSource: DataSource): Promise<Verification> {
  return dataSource.transaction('REPEATABLE READ', async (manager) => {
    await manager.query('set transaction read only');
    const findings: AuditFinding[] = [];
    const dropped = await readDrops(manager);
    const heads = await readHeads(manager, (await readTables(dataSource)).resolve('{jwks}'));
    findings.push(...heads.findings);
    const chained = await followChain(manager, { dropped, heads: heads.hashes, findings });
    findings.push(...(await strayEvents(manager)));
    const [{ waiting }] = await manager.query<[{ waiting: number }]>(
      'select count(*)::integer as waiting from gatehouse.audit_unchained',
    );
    return { chained, waiting, signatures: heads.count, dropped, findings };
  });
}

function readDrops(manager: EntityManager): Promise<Drop[]> {
  return manager.query<Drop[]>(
    `select (details->>'before')::timestamptz as before, details->>'position' as position, details->>'hash' as hash,
            db_role as role
     from gatehouse.audit_events where event = 'audit.dropped' order by id`,
  );
}

interface Walk {
  readonly dropped: readonly Drop[];
  readonly heads: Map<string, string>;
  readonly findings: AuditFinding[];
}

/** @returns the number of links. */
async function followChain(manager: EntityManager, { dropped, heads, findings }: Walk): Promise<number> {
  const droppedBefore = Math.max(-Infinity, ...dropped.map(({ before }) => before.getTime()));
  let count = 0;
  let last: Pick<LinkRow, 'position' | 'hash'> = { position: '0', hash: BEGINNING };
  for (;;) {
    const links = await readLinks(manager, last.position);
    for (const link of links) {
      const follows = link.position === String(BigInt(last.position) + 1n) && link.previous.equals(last.hash);
      if (!follows && !(count === 0 && isDropped(link, dropped))) findings.push(broken(link, last.position));
      if (link.text === null) {
        if (link.at.getTime() >= droppedBefore) findings.push(about('removed', link, 'was removed'));
      } else if (!chainHash(link.previous, link.text).equals(link.hash)) {
        findings.push(about('changed', link, 'was changed'));
      }
      checkHead(link, heads, findings);
      last = link;
      count++;
    }
    if (links.length < BATCH) break;
  }
  for (const position of heads.keys())
    findings.push({
      kind: 'chain',
      position,
      message: `A server signed the chain up to position ${position}, which is not in the chain`,
    });
  return count;
}

/** An event's row is found by its id, so that a changed time is a change and no removal. */
function readLinks(manager: EntityManager, after: string): Promise<LinkRow[]> {
  return manager.query<LinkRow[]>(
    `select c.position, c.event_id as event, c.event_at as at, c.previous, c.hash, e.text
     from gatehouse.audit_chain c
     left join lateral (
       select ${EVENT_TEXT} as text from gatehouse.audit_events e where e.id = c.event_id
       order by e.at = c.event_at desc limit 1
     ) e on true
     where c.position > $1 order by c.position limit ${BATCH}`,
    [after],
  );
}

const isDropped = ({ position, previous }: LinkRow, dropped: readonly Drop[]) =>
  dropped.some(
    (drop) => drop.hash === previous.toString('hex') && drop.position === String(BigInt(position) - 1n),
  );

const about = (kind: AuditFinding['kind'], { event, position, at }: LinkRow, what: string): AuditFinding => ({
  kind,
  event,
  position,
  at,
  message: `Event ${event} of ${at.toISOString()} ${what}`,
});

const broken = ({ position }: LinkRow, last: string): AuditFinding => ({
  kind: 'chain',
  position,
  message: `The chain is broken between the positions ${last} and ${position}: links were removed, inserted or changed`,
});

function checkHead({ position, hash }: LinkRow, heads: Map<string, string>, findings: AuditFinding[]): void {
  const signed = heads.get(position);
  heads.delete(position);
  if (signed === undefined || signed === hash.toString('hex')) return;
  findings.push({
    kind: 'chain',
    position,
    message: `The chain up to position ${position} is not the one that a server signed`,
  });
}

/** Events that are neither in the chain nor wait for it, and waiting ones that are gone. */
async function strayEvents(manager: EntityManager): Promise<AuditFinding[]> {
  const inserted = await manager.query<{ event: string; at: Date }[]>(
    `select e.id as event, e.at from gatehouse.audit_events e
     where not exists (select from gatehouse.audit_unchained u where u.event_id = e.id)
       and not exists (
         select from gatehouse.audit_chain c where c.event_id = e.id and (c.event_at = e.at or not exists (
           select from gatehouse.audit_events same where same.id = e.id and same.at = c.event_at)))
     order by e.id`,
  );
  const removed = await manager.query<{ event: string }[]>(
    `select u.event_id as event from gatehouse.audit_unchained u
     where not exists (select from gatehouse.audit_events e where e.id = u.event_id) order by 1`,
  );
  return [
    ...inserted.map(({ event, at }) => ({
      kind: 'inserted' as const,
      event,
      at,
      message: `Event ${event} of ${at.toISOString()} was inserted by somebody else`,
    })),
    ...removed.map(({ event }) => ({
      kind: 'removed' as const,
      event,
      message: `Event ${event} was removed before it was chained`,
    })),
  ];
}

interface Heads {
  /** The signed hash at a position. */
  readonly hashes: Map<string, string>;
  readonly count: number;
  readonly findings: readonly AuditFinding[];
}

async function readHeads(manager: EntityManager, jwks: string): Promise<Heads> {
  const keys = new Map(
    (
      await manager.query<{ id: string; publicKey: string }[]>(
        `select id::text, public_key as "publicKey" from ${jwks}`,
      )
    ).map(({ id, publicKey }) => [id, publicKey]),
  );
  const heads = await manager.query<{ position: string; signature: string }[]>(
    'select position, signature from gatehouse.audit_heads order by position',
  );
  const hashes = new Map<string, string>();
  const findings: AuditFinding[] = [];
  for (const { position, signature } of heads) {
    const signed = await opened(signature, keys);
    if (signed?.position === position) hashes.set(position, signed.hash);
    else
      findings.push({
        kind: 'signature',
        position,
        message: `The signature of position ${position} is not by a key of the table jwks`,
      });
  }
  return { hashes, count: heads.length, findings };
}

async function opened(
  signature: string,
  keys: ReadonlyMap<string, string>,
): Promise<{ position: string; hash: string } | undefined> {
  try {
    const { payload } = await compactVerify(signature, ({ kid = '', typ }) => {
      const key = keys.get(kid);
      if (key === undefined || typ !== HEAD_TYPE) throw new Error('no such key');
      return createPublicKey({ key: JSON.parse(key) as JsonWebKey, format: 'jwk' });
    });
    return JSON.parse(Buffer.from(payload).toString()) as { position: string; hash: string };
  } catch {
    return undefined;
  }
}
