import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The folder of package.json. This file runs as `dist/src/commands/stale-build.js`. */
const ROOT = join(import.meta.dirname, '../../..');

/**
 * Warns on standard error if the running program is older than its sources. Prints nothing if there is only `dist`, as in
 * a container image.
 */
export async function warnIfStale(): Promise<void> {
  const check = join(ROOT, 'src/commands/stale.mjs');
  if (!existsSync(check)) return;
  const { isStale } = (await import(pathToFileURL(check).href)) as { isStale: (root: string) => boolean };
  if (isStale(ROOT))
    process.stderr.write('dist is older than the sources, so this runs old code. Run: npm run build\n');
}
