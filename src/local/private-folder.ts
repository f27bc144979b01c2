import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * The folder above `path` that keeps other users out, such as `/root` or what `mktemp -d` makes; undefined when there is
 * none, or this process is not root's. PostgreSQL refuses to run as root, and whom it runs as has to get there.
 */
export async function privateFolderAbove(path: string): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const { mode } = await stat(folder);
    if ((mode & 0o001) === 0) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}
