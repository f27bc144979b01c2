import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

/** Writes the generated parts instead of comparing them. */
const WRITES = process.env.WRITE_DOCUMENTS === 'true';

/** The page with what stands between `<!-- <name>: generated -->` and `<!-- end of <name> -->` replaced. */
export function withPart(page: string, name: string, part: string): string {
  const [start, end] = [`<!-- ${name}: generated -->`, `<!-- end of ${name} -->`];
  const [before, rest] = split(page, start);
  const [, after] = split(rest, end);
  return `${before}${start}\n\n${part}\n\n${end}${after}`;
}

/** Compares the file with the text, or writes it if `WRITE_DOCUMENTS=true`. */
export async function expectDocument(file: string, text: (now: string) => string): Promise<void> {
  const now = readFileSync(file, 'utf8');
  const wanted = /\.(?:md|json)$/.test(file)
    ? await format(text(now), { ...(await resolveConfig(file)), filepath: file })
    : text(now);
  if (WRITES) writeFileSync(file, wanted);
  expect(readFileSync(file, 'utf8')).toBe(wanted);
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function split(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  if (index < 0) throw new Error(`There is no "${at}" in the document.`);
  return [text.slice(0, index), text.slice(index + at.length)];
}
