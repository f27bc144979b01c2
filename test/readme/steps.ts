import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One block of a page: a file to create, a file to change, or commands to run. */
export type Step =
  | { readonly kind: 'create' | 'change'; readonly file: string; readonly text: string }
  | { readonly kind: 'run'; readonly text: string };

const BLOCK = /^( *)(?:(Create|Change) `([^`]+)`|(Run)):\n\n\1```(?:ts|diff|sh)\n(.*?)^\1```$/gms;

/** The steps below a heading of a page, in order. */
export function stepsOf(page: string, heading: string): Step[] {
  const [, section = ''] = readFileSync(page, 'utf8').split(`\n## ${heading}\n`);
  const [text = ''] = section.split('\n## ');
  return Array.from(text.matchAll(BLOCK), ([, indent = '', verb, file = '', , block = '']): Step => {
    const lines = block.split('\n').map((line) => line.slice(indent.length));
    if (verb === undefined) return { kind: 'run', text: lines.join('\n') };
    return { kind: verb === 'Create' ? 'create' : 'change', file, text: lines.join('\n') };
  });
}

/** A clone of this repository with the changes that are not committed yet; `node_modules` is this one's. */
export async function freshClone(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-clone-'));
  await run('git', ['clone', '--quiet', '.', folder]);
  const { stdout } = await run('git', ['ls-files', '--modified', '--others', '--exclude-standard']);
  for (const file of stdout.split('\n').filter((name) => name !== '')) {
    await cp(file, join(folder, file)).catch(() => undefined);
  }
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  // PostgreSQL runs as another user where the tests run as root, and it has to reach its program.
  await chmod(folder, 0o755);
  return folder;
}

/** Does what the step says, in the clone. */
export async function follow(step: Step, folder: string, environment: Record<string, string> = {}) {
  if (step.kind === 'run') {
    const { PATH, HOME } = process.env;
    return run('bash', ['-euc', step.text], { cwd: folder, env: { PATH, HOME, ...environment } });
  }
  const file = join(folder, step.file);
  await mkdir(dirname(file), { recursive: true });
  const text = step.kind === 'create' ? step.text : changed(await readFile(file, 'utf8'), step);
  await writeFile(file, text);
  return undefined;
}

/** A diff without line numbers: lines with a blank or a minus must be there exactly once, one after the other. */
function changed(text: string, { file, text: diff }: { file: string; text: string }): string {
  return diff
    .trimEnd()
    .split('\n@@\n')
    .reduce((now, hunk) => {
      const side = (sign: string) =>
        hunk
          .split('\n')
          .filter((line) => line[0] === ' ' || line[0] === sign)
          .map((line) => `${line.slice(1)}\n`)
          .join('');
      const found = now.split(side('-')).length - 1;
      if (found !== 1) throw new Error(`${file} holds these lines ${found} times:\n${side('-')}`);
      return now.replace(side('-'), () => side('+'));
    }, text);
}
