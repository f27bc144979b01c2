import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The folder of package.json, seen from `dist/src/commands`. */
const ROOT = join(import.meta.dirname, '../../..');

/**
 * Says on standard error that the running program is older than its sources. It asks the sources themselves, so it says
 * nothing where there is only `dist`, as in an image.
 */
export async function warnIfStale(): Promise<void> {
  const check = join(ROOT, 'src/commands/stale.mjs');
  if (!existsSync(check)) return;
  const { isStale } = (await import(pathToFileURL(check).href)) as { isStale: (root: string) => boolean };
  if (isStale(ROOT))
    process.stderr.write('dist is older than the sources, so this runs old code. Run: npm run build\n');
}
