import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => /\.(md|ts|mjs|js|jsx)$/.test(file) && existsSync(file));
const pages = files.filter((file) => file.endsWith('.md'));
const texts = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));

const withoutCode = (page: string) => page.replace(/^( *)```.*?^\1```$/gms, '').replace(/`[^`\n]*`/g, '`');

function headingsOf(page: string): string[] {
  const text = (texts.get(page) ?? '').replace(/^( *)```.*?^\1```$/gms, '');
  return Array.from(text.matchAll(/^#{1,6} (.+)$/gm), ([, heading = '']) => heading);
}

/** As GitHub makes it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

/** `path.md, "Heading"` or `path.md, "Heading" and "Heading"`; a comment may break it over two lines. */
const CITATION =
  /(?<![\w./-])((?:[\w-]+\/|\.github\/)[\w./-]*\.md)((?:,|\sand)?\s+(?:\*\s+|\/\/\s+)?"[^"\n]+"(?:\s+and\s+(?:\*\s+|\/\/\s+)?"[^"\n]+")*)?/g;

/** `<file>: <what>` for everything that the files hold and that is dead. */
const deadIn = (among: readonly string[], find: (file: string, text: string) => readonly string[]) =>
  among.flatMap((file) => find(file, texts.get(file) ?? '').map((dead) => `${file}: ${dead}`));

function isDead(page: string, headings: string): boolean {
  if (!texts.has(page)) return true;
  const cited = Array.from(headings.matchAll(/"([^"]+)"/g), ([, heading = '']) => heading);
  return !cited.every((heading) => headingsOf(page).includes(heading));
}

test('every cited page and heading exists', () => {
  const cited = files.filter((file) => file !== 'test/documents/links.test.ts');
  const dead = deadIn(cited, (_file, text) =>
    Array.from(text.matchAll(CITATION))
      .filter(({ index }) => !text.slice(0, index).endsWith(']('))
      .filter(([, page = '', headings = '']) => isDead(page, headings))
      .map(([whole]) => whole),
  );
  expect(dead).toEqual([]);
});

test('every link leads to a file, and to a heading where it names one', () => {
  const dead = deadIn(pages, (page, text) =>
    Array.from(withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link)
      .filter((link) => !/^(https?|mailto):/.test(link))
      .filter((link) => {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? page : normalize(join(dirname(page), path));
        if (!existsSync(target)) return true;
        return anchor !== undefined && !headingsOf(target).map(anchorOf).includes(anchor);
      }),
  );
  expect(dead).toEqual([]);
});

test('every file that a page names exists', () => {
  const dead = deadIn(pages, (_page, text) =>
    Array.from(
      text.matchAll(/(?<!Create )`((?:src|test|migrations|bench)\/[\w./-]+)`/g),
      ([, path = '']) => path,
    ).filter((path) => !existsSync(path)),
  );
  expect(dead).toEqual([]);
});
