import { inspect } from 'node:util';
import { DataSource } from 'typeorm';
import { loadConfig } from '../assembly/load-config.js';
import { readEnvironment } from '../config/environment.js';
import { StartupFault } from '../errors/startup-fault.js';
import { withLocalDatabase } from '../local/local-database-url.js';
import { encryptStoredTokens } from './stored-tokens.js';
import { TokenSeal } from './token-seal.js';

/**
 * `npm run tokens:encrypt`: tokens from before `account.encryptOAuthTokens` was switched on. Killed, it is run again and
 * goes on; the servers may run meanwhile. Exit code 0 when nothing is left to do, else 1.
 */
async function main(): Promise<boolean> {
  const config = loadConfig(withLocalDatabase(readEnvironment()));
  if (!config.account.encryptOAuthTokens) {
    throw new StartupFault(
      'ACCOUNT_ENCRYPT_OAUTH_TOKENS is not true: servers would not read what this writes.',
    );
  }
  const dataSource = new DataSource({ type: 'postgres', url: config.database.url, poolSize: 1 });
  await dataSource.initialize();
  try {
    const { encrypted, unreadable } = await encryptStoredTokens(dataSource, new TokenSeal(config), (done) =>
      process.stdout.write(`${done} tokens encrypted\n`),
    );
    process.stdout.write(
      `Done: ${encrypted} tokens encrypted, ${unreadable} that no secret opens left as they are.\n`,
    );
    return unreadable === 0;
  } finally {
    await dataSource.destroy();
  }
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof StartupFault ? error.message : inspect(error)}\n`);
  process.exitCode = 1;
}
