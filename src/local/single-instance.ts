import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupFault } from '../errors/startup-fault.js';
import { processIdentity } from './process-identity.js';

/**
 * Keeps a second start away from the data of one that runs. What a crash leaves is the mark of a process that is gone.
 * @throws {StartupFault} when one runs.
 */
export async function holdFolder(folder: string): Promise<{ release(): Promise<void> }> {
  const file = join(folder, 'running');
  const mine = processIdentity(process.pid) ?? '';
  // Twice: what is stale is removed, and of two starts at once the file lets one in.
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
      throw new StartupFault(`Gatehouse already runs on ${folder} (process ${pid}): stop it first.`);
    }
    await rm(file, { force: true });
  }
  throw new Error('unreachable');
}
