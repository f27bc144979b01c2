import { existsSync, readFileSync } from 'node:fs';
import { createDatabase } from '../setup/database.js';
import { MIGRATED } from '../setup/gatehouse.js';

const page = readFileSync('test/security/asvs.md', 'utf8');

/** The last numbers of the requirements of the levels 1 and 2 in each section of ASVS 5.0.0. */
const SECTIONS: Readonly<Record<string, number>> = {
  '6.1': 3,
  '6.2': 12,
  '6.3': 4,
  '6.4': 4,
  '6.5': 5,
  '6.6': 3,
  '6.8': 4,
  '7.1': 3,
  '7.2': 4,
  '7.3': 2,
  '7.4': 5,
  '7.5': 2,
  '7.6': 2,
  '9.1': 3,
  '9.2': 4,
  '10.1': 2,
  '10.2': 2,
  '10.3': 4,
  '10.4': 11,
  '10.5': 5,
  '10.6': 2,
  '10.7': 3,
};
const REQUIREMENTS = Object.entries(SECTIONS).flatMap(([section, last]) =>
  Array.from({ length: last }, (_, index) => `${section}.${index + 1}`),
);
const STATES = ['met', 'partly', 'not met', 'operator', 'front end', 'not applicable'];

const rows = Array.from(
  page.matchAll(/^\| (\d+\.\d+\.\d+) +\| ([12]) +\| (.+?) +\| (.+?) +\| (.+?) +\|$/gm),
  ([, number = '', , matter = '', state = '', shown = '']) => ({ number, matter, state, shown }),
);

const testsIn = (text: string) =>
  Array.from(text.matchAll(/`(test\/[\w./-]+\.ts)`/g), ([, file = '']) => file);

test('the page has every requirement once, in order, with a state', () => {
  expect(rows.map(({ number }) => number)).toEqual(REQUIREMENTS);
  expect(rows.filter(({ state }) => !STATES.includes(state))).toEqual([]);
});

test('every test that the page names exists, and a requirement that is met names one', () => {
  expect(rows.flatMap(({ shown }) => testsIn(shown)).filter((file) => !existsSync(file))).toEqual([]);
  const unproven = rows.filter(({ state, shown }) => state === 'met' && testsIn(shown).length === 0);
  expect(unproven.map(({ number }) => number)).toEqual([]);
});

test('a migrated new database has no users (6.3.2)', async () => {
  const database = await createDatabase({ template: MIGRATED });
  const rowsIn = async (table: string) => (await database.query(`select 1 from ${table}`)).length;
  expect([await rowsIn('users'), await rowsIn('accounts'), await rowsIn('sessions')]).toEqual([0, 0, 0]);
  await database.drop();
});
