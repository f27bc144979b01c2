import pg from 'pg';

const ROUNDS = 5;
const PATIENCE = 5000;

export const POOLED =
  'This URL leads to a connection pooler, which may run each transaction in another session. Migrations need one ' +
  'session: set DATABASE_DIRECT_URL to the address of PostgreSQL itself (on Neon, the host without "-pooler").';

/** True for the error of a pooler that does not accept startup parameters. PostgreSQL itself accepts ours. */
export function isRefusedByPooler(error: unknown): boolean {
  return error instanceof Error && error.message.includes('unsupported startup parameter');
}

/**
 * True if a pooler gives the connections changing sessions, as PgBouncer does in transaction or statement mode. False
 * for a proxy that keeps one session for each client.
 */
export async function isPooled(client: pg.Client, another: () => pg.Client): Promise<boolean> {
  // A pooler makes up the process id it tells its clients. PostgreSQL tells the real one.
  const home = await backend(client);
  if ((client as { processID?: number }).processID === home) return false;
  const other = another();
  await other.connect();
  try {
    for (let round = 0; round < ROUNDS; round++) {
      // With two sessions in turn, `meets` alone could see the same one in every round. This query shifts the turns.
      if (round > 0) await backend(other);
      if (await meets(client, other, home)) return true;
    }
    return false;
  } finally {
    await other.end().catch(() => {});
  }
}

/** True if two open connections share one session, or if the first is no longer in its session. */
async function meets(client: pg.Client, other: pg.Client, home: number | undefined): Promise<boolean> {
  if ((await backend(client)) !== home) return true;
  try {
    await other.query('begin');
    if ((await backend(other)) === home || (await backend(client)) !== home) return true;
    await other.query('rollback');
    return false;
  } catch {
    // Statement mode refuses transactions. If the pool has only one session, the query waits for it until it times out.
    return true;
  }
}

async function backend(client: pg.Client): Promise<number | undefined> {
  const query: pg.QueryConfig & { query_timeout: number } = {
    text: 'select pg_backend_pid() as pid',
    query_timeout: PATIENCE,
  };
  const { rows } = await client.query<{ pid: number }>(query);
  return rows[0]?.pid;
}
