import pg from 'pg';

const ROUNDS = 5;
const PATIENCE = 5000;

export const POOLED =
  'This URL leads to a connection pooler, behind which each transaction may get another session. Migrations need a ' +
  'session of their own: set DATABASE_DIRECT_URL to the address past the pooler (on Neon, the host without "-pooler").';

/** What a pooler says to settings it does not pass on; PostgreSQL itself takes them. */
export function isRefusedByPooler(error: unknown): boolean {
  return error instanceof Error && error.message.includes('unsupported startup parameter');
}

/**
 * Whether the sessions behind these connections are handed around, as by PgBouncer in transaction or statement mode. A
 * proxy that keeps one session for each client is none in this sense.
 */
export async function isPooled(client: pg.Client, another: () => pg.Client): Promise<boolean> {
  // A pooler cannot give its clients the key of one backend, so the process that PostgreSQL told of is another.
  if ((client as { processID?: number }).processID === (await backend(client))) return false;
  const other = another();
  await other.connect();
  try {
    for (let round = 0; round < ROUNDS; round++) {
      if (await meets(client, other)) return true;
    }
    return false;
  } finally {
    await other.end().catch(() => {});
  }
}

/** Two connections that are open at once meet in one session, or the first is moved while the other keeps its own. */
async function meets(client: pg.Client, other: pg.Client): Promise<boolean> {
  const first = await backend(client);
  try {
    await other.query('begin');
    if ((await backend(other)) === first || (await backend(client)) !== first) return true;
    await other.query('rollback');
    return false;
  } catch {
    // Statement mode refuses transactions; a pool of few lets the first wait for the other.
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
