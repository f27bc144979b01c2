import { rm } from 'node:fs/promises';
import { createDatabase } from '../setup/database.js';
import { follow, freshClone, stepsOf } from './steps.js';

const PAGE = 'src/README.md';
/** Milliseconds: a build and a run of the tests in the clone, on a busy machine. */
const LONG = 600_000;

let folder: string;

beforeEach(async () => {
  folder = await freshClone();
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test(
  'following "How to add a route" word for word gives a route that answers',
  async () => {
    const steps = stepsOf(PAGE, 'How to add a route');
    expect(steps.map(({ kind }) => kind)).toEqual(['change', 'create', 'change', 'change', 'create', 'run']);
    const outputs = [];
    for (const step of steps) outputs.push(await follow(step, folder));
    expect(outputs.at(-1)?.stderr).toMatch(/counts the sessions of the user|PASS .*count-sessions/);
  },
  LONG,
);

test(
  'following "How to add a migration" word for word gives one that runs and reverts',
  async () => {
    const database = await createDatabase();
    const columns = async () =>
      (
        await database.query<{ name: string }>(
          `select column_name as name from information_schema.columns where table_name = 'users'`,
        )
      ).map(({ name }) => name);
    try {
      const steps = stepsOf(PAGE, 'How to add a migration');
      expect(steps.map(({ kind }) => kind)).toEqual(['create', 'change', 'run', 'run', 'run']);
      const [create, change, up, down, check] = steps;
      for (const step of [create, change, up])
        if (step) await follow(step, folder, { DATABASE_URL: database.url });
      expect(await columns()).toContain('time_zone');
      if (down) await follow(down, folder, { DATABASE_URL: database.url });
      expect(await columns()).not.toContain('time_zone');
      expect(await columns()).toContain('email');
      if (check) await follow(check, folder);
    } finally {
      await database.drop();
    }
  },
  LONG,
);
