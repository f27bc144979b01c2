import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'dotenv';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment of the process and the optional file `.env` in the working directory, or the file that
 * `DOTENV_CONFIG_PATH` names, as dotenv itself does. The environment wins. No other code reads either of them.
 */
export function readEnvironment(file = process.env['DOTENV_CONFIG_PATH'] ?? '.env'): Environment {
  const fromFile = existsSync(file) ? parse(readFileSync(file)) : {};
  return { ...fromFile, ...process.env };
}
