import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../src/config/environment.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-env-'));
});

afterAll(() => rm(folder, { recursive: true }));

afterEach(() => {
  delete process.env['GATEHOUSE_TEST_SETTING'];
});

test('reads an .env file like dotenv', async () => {
  const file = join(folder, '.env');
  await writeFile(
    file,
    `# comment\nexport GATEHOUSE_TEST_SETTING="with # and spaces"\nDATABASE_URL=postgresql://u:p%23@h/db?sslmode=require\n`,
  );
  expect(readEnvironment(file)).toMatchObject({
    GATEHOUSE_TEST_SETTING: 'with # and spaces',
    DATABASE_URL: 'postgresql://u:p%23@h/db?sslmode=require',
  });
});

test('DOTENV_CONFIG_PATH names another file', async () => {
  const file = join(folder, 'settings');
  await writeFile(file, 'GATEHOUSE_TEST_SETTING=another file\n');
  const { DOTENV_CONFIG_PATH } = process.env;
  process.env['DOTENV_CONFIG_PATH'] = file;
  try {
    expect(readEnvironment()['GATEHOUSE_TEST_SETTING']).toBe('another file');
  } finally {
    process.env['DOTENV_CONFIG_PATH'] = DOTENV_CONFIG_PATH;
  }
});

test('the environment has precedence over the file', async () => {
  const file = join(folder, '.env');
  await writeFile(file, 'GATEHOUSE_TEST_SETTING=file\n');
  process.env['GATEHOUSE_TEST_SETTING'] = 'process';
  expect(readEnvironment(file)['GATEHOUSE_TEST_SETTING']).toBe('process');
});

test('returns the environment if there is no file', () =>
  expect(readEnvironment(join(folder, 'none'))['PATH']).toBe(process.env['PATH']));
