import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * If this process runs as root, finds a folder above `path` that other users may not enter, such as `/root` or a folder of
 * `mktemp -d`. PostgreSQL refuses to run as root, so it runs as another user, who must be able to enter all folders.
 * Undefined if there is no such folder or if this process does not run as root.
 */
export async function privateFolderAbove(path: string): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const { mode } = await stat(folder);
    if ((mode & 0o001) === 0) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}
