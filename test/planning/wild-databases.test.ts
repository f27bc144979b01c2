import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createDatabase } from '../setup/database.js';
import { OWNER } from '../setup/owner.mjs';
import { inProcess } from '../legacy/wild/operator.js';
import { difference, snapshot } from '../legacy/wild/snapshot.js';
import type { WildCase } from '../legacy/wild/wild-case.js';

process.env['GATEHOUSE_QUIET'] = '1';

const FEASIBLE = /migrations are pending/;
const REFUSED = /^Errors\n[^]*migration:run would stop|^The configuration has a fault/m;

const FOLDER = join(import.meta.dirname, '../legacy/wild/cases');

async function allCases(): Promise<WildCase[]> {
  const cases = new Map<string, WildCase>();
  for (const file of readdirSync(FOLDER)) {
    const exported = (await import(join(FOLDER, file))) as Record<string, unknown>;
    for (const value of Object.values(exported)) {
      const wild = value as Partial<WildCase>;
      if (wild.about !== undefined && wild.schema !== undefined) cases.set(wild.about, value as WildCase);
    }
  }
  return [...cases.values()];
}

const cases = await allCases();

describe('a plan for a database of a framework changes nothing, and is feasible or refuses with findings', () => {
  it.each(cases.map((wild) => [wild.about, wild] as const))(
    '%s',
    async (_about, { schema, settings = {}, searchPath, ownsDatabase, refused }) => {
      const database = await createDatabase();
      try {
        const url = new URL(database.url);
        if (ownsDatabase)
          await database.administer(`alter database ${url.pathname.slice(1)} owner to ${OWNER}`);
        await database.query(schema);
        if (searchPath) url.searchParams.set('options', `-c search_path=${searchPath}`);
        const before = await snapshot(database);
        const { done, output } = await inProcess(url.href, settings).plan();
        expect(difference(before, await snapshot(database))).toEqual([]);
        expect(output).toMatch(done ? FEASIBLE : REFUSED);
        if (refused) expect(output).toMatch(refused);
      } finally {
        await database.drop();
      }
    },
  );
});
