import { cp, mkdir, mkdtemp, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createDatabase } from '../setup/database.js';
import { runToEnd } from '../setup/run-to-end.js';

const LONG_AGO = new Date('2020-01-01T00:00:00Z');
const SCRIPTS = ['ensure-built.mjs', 'stale.mjs'];
/** Replaces the compiler: writes the file that every build writes. */
const BUILD = `node -e "fs.mkdirSync('dist', { recursive: true }); fs.writeFileSync('dist/ormconfig.js', '// built'); console.log('compiled')"`;

let root: string;

const inside = (path: string) => join(root, path);
const builtAt = async () => (await stat(inside('dist/ormconfig.js'))).mtimeMs;

async function write(path: string, text = ''): Promise<void> {
  await mkdir(join(inside(path), '..'), { recursive: true });
  await writeFile(inside(path), text);
}

const packageWith = (build: string) => write('package.json', JSON.stringify({ scripts: { build } }));

const ensureBuilt = () => runToEnd(inside('src/commands/ensure-built.mjs'), { folder: root });

/** Dates the files back to long ago. */
async function age(...paths: string[]): Promise<void> {
  for (const path of paths) await utimes(inside(path), LONG_AGO, LONG_AGO);
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gatehouse-built-'));
  for (const script of SCRIPTS)
    await cp(resolve('src/commands', script), join(root, 'src/commands', script), { recursive: true });
  await write('src/users/users.ts');
  await write('migrations/index.ts');
  await write('ormconfig.ts');
  await packageWith(BUILD);
  await mkdir(inside('node_modules/@nestjs/cli'), { recursive: true });
  await age(
    ...SCRIPTS.map((script) => `src/commands/${script}`),
    'src/users/users.ts',
    'migrations/index.ts',
    'ormconfig.ts',
    'package.json',
    'src/commands',
    'src/users',
    'src',
    'migrations',
  );
});

afterEach(() => rm(root, { recursive: true, force: true }));

/** Makes a build that is newer than the sources. */
async function aBuild(): Promise<void> {
  await write('dist/ormconfig.js');
  await utimes(
    inside('dist/ormconfig.js'),
    new Date('2020-01-02T00:00:00Z'),
    new Date('2020-01-02T00:00:00Z'),
  );
}

test('the first command builds, the second does not', async () => {
  expect(await ensureBuilt()).toEqual({
    code: 0,
    out: '',
    err: 'There is no build yet: building.\ncompiled\n',
  });
  const first = await builtAt();
  expect(await ensureBuilt()).toEqual({ code: 0, out: '', err: '' });
  expect(await builtAt()).toBe(first);
});

test.each([
  ['a source', () => write('src/users/users.ts', '// new')],
  ['a migration', () => write('migrations/index.ts', '// new')],
  ['the data source of the migrations', () => write('ormconfig.ts', '// new')],
  ['the settings of the compiler', () => write('tsconfig.json', '{}')],
  ['the list of packages', () => packageWith(`${BUILD} `)],
  ['a deleted file', () => rm(inside('src/users/users.ts'))],
])('builds again after a change: %s', async (_what, change) => {
  await aBuild();
  expect((await ensureBuilt()).err).toBe('');
  await change();
  expect(await ensureBuilt()).toEqual({
    code: 0,
    out: '',
    err: 'dist is older than the sources: building.\ncompiled\n',
  });
  expect((await ensureBuilt()).err).toBe('');
});

test('builds again if a source was saved while the compiler ran', async () => {
  await packageWith(`${BUILD} && node -e "fs.writeFileSync('src/users/users.ts', '// late')"`);
  await ensureBuilt();
  expect((await ensureBuilt()).err).toContain('older than the sources');
});

test('if the build fails, the command ends and the next command builds again', async () => {
  await packageWith(`${BUILD} && exit 3`);
  for (const command of [1, 2]) {
    const { code, err } = await ensureBuilt();
    expect({ command, code }).toEqual({ command, code: 1 });
    expect(err).toMatch(/compiled\nThe build failed, so nothing was run\./);
  }
  expect(existsSync(inside('dist/ormconfig.js'))).toBe(false);
});

test('without the compiler, runs an old build and warns', async () => {
  await rm(inside('node_modules'), { recursive: true });
  expect(await ensureBuilt()).toMatchObject({ code: 1, err: expect.stringContaining('There is no build') });
  await aBuild();
  expect(await ensureBuilt()).toMatchObject({ code: 0, err: '' });
  await write('src/users/users.ts', '// new');
  expect(await ensureBuilt()).toMatchObject({
    code: 0,
    err: expect.stringMatching(/^dist is older than the sources, but cannot be built, .*: npm ci\n$/),
  });
});

test('checking this project takes less than 100 ms', async () => {
  const { isStale } = (await import(pathToFileURL(resolve('src/commands/stale.mjs')).href)) as {
    isStale: (root: string) => boolean;
  };
  const times: number[] = [];
  for (let run = 0; run < 5; run++) {
    const began = performance.now();
    isStale(resolve('.'));
    times.push(performance.now() - began);
  }
  expect(Math.min(...times)).toBeLessThan(100);
});

test('the TypeORM CLI and the programs warn about an old dist, unless there are no sources', async () => {
  const database = await createDatabase();
  await cp(resolve('dist'), inside('dist'), { recursive: true });
  await cp(resolve('package.json'), inside('package.json'));
  await age('package.json');
  await rm(inside('node_modules'), { recursive: true });
  await symlink(resolve('node_modules'), inside('node_modules'));
  const run = async () => {
    const environment = { DATABASE_URL: database.url };
    const cli = await runToEnd('node_modules/typeorm/cli.js', {
      folder: root,
      environment,
      arguments: ['migration:show', '-d', 'dist/ormconfig.js'],
    });
    const program = await runToEnd(inside('dist/src/commands/switch-over.js'), { folder: root, environment });
    return [cli.err, program.err];
  };
  const old = 'dist is older than the sources, so this runs old code. Run: npm run build\n';
  const fault =
    'There is no switch-over yet, because the migrations have not run. Run: npm run migration:run\n';
  expect(await run()).toEqual(['', fault]);
  await write('src/users/users.ts', '// new');
  expect(await run()).toEqual([old, `${old}${fault}`]);
  await rm(inside('src'), { recursive: true });
  expect(await run()).toEqual(['', fault]);
  await database.drop();
});
