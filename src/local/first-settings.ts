import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readEnvironment } from '../config/environment.js';
import { StartupFault } from '../errors/startup-fault.js';

const SETTINGS = `# Settings of Gatehouse. .env.example lists all of them.
# strict turns on every protection. compatible keeps the defaults of Better Auth.
SECURITY_PROFILE=strict
`;

/**
 * Writes the file `.env` with the strict profile, so that a new server is safe from the start. Leaves a file that exists as
 * it is. Does nothing if the environment chooses the profile, or in production, where it has all settings.
 * @returns true if the file is new
 * @throws {StartupFault} if the file cannot be written
 */
export async function writeFirstSettings(file = '.env'): Promise<boolean> {
  const { NODE_ENV, SECURITY_PROFILE } = readEnvironment(file);
  if (NODE_ENV === 'production' || SECURITY_PROFILE) return false;
  try {
    await writeFile(file, SETTINGS, { flag: 'wx' });
    return true;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'EEXIST') return false;
    throw new StartupFault(
      `The file ${resolve(file)} cannot be written (${code}). Make its folder writable, or set SECURITY_PROFILE=strict in the environment.`,
    );
  }
}
