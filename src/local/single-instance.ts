import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupFault } from '../errors/startup-fault.js';
import { processIdentity } from './process-identity.js';

/**
 * Prevents two processes from using the same data. If a crash left the file behind, it names a process that has ended, so
 * it does not count.
 * @throws {StartupFault} if another process uses the folder.
 */
export async function holdFolder(folder: string): Promise<{ release(): Promise<void> }> {
  const file = join(folder, 'running');
  const mine = processIdentity(process.pid) ?? '';
  // The second attempt follows the removal of a stale file. If two processes start at once, `wx` lets one succeed.
  for (const last of [false, true]) {
    try {
      await writeFile(file, mine, { flag: 'wx' });
      return { release: () => rm(file, { force: true }) };
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
    }
    const holder = await readFile(file, 'utf8').catch(() => '');
    const pid = Number(holder.split(' ', 1)[0]);
    if (last || (pid && processIdentity(pid) === holder)) {
      throw new StartupFault(
        `Gatehouse already runs on ${folder}. Stop it first${pid ? `: kill ${pid}` : '.'}`,
      );
    }
    await rm(file, { force: true });
  }
  throw new Error('unreachable');
}
