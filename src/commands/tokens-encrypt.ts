import { DataSource } from 'typeorm';
import { encryptStoredTokens } from '../accounts/stored-tokens.js';
import { TokenSeal } from '../accounts/token-seal.js';
import { loadConfig } from '../assembly/load-config.js';
import { describeConnectionFault } from '../database/connection-fault.js';
import { toOneOf } from '../database/server-client.js';
import { Servers } from '../database/servers.js';
import { StartupFault } from '../errors/startup-fault.js';
import { runCommand } from './command.js';
import { operatorsEnvironment } from './with-database.js';

await runCommand({
  typed: 'npm run tokens:encrypt',
  about:
    'Encrypts the provider tokens that were stored before ACCOUNT_ENCRYPT_OAUTH_TOKENS=true. Servers may run meanwhile. ' +
    'If it is interrupted, run it again.',
  flags: {},
  exits: { 0: 'All tokens are encrypted.', 1: 'No secret decrypts some tokens, or the program failed.' },
  async run() {
    const config = loadConfig(operatorsEnvironment());
    if (!config.account.encryptOAuthTokens) {
      throw new StartupFault(
        'Nothing was changed, because servers read encrypted tokens only with ACCOUNT_ENCRYPT_OAUTH_TOKENS=true. Set this first.',
      );
    }
    const { url, limits } = config.database;
    const servers = new Servers(url, limits.connectTimeout * 1000);
    const dataSource = new DataSource({
      type: 'postgres',
      url: servers.first,
      poolSize: 1,
      extra: toOneOf(servers),
    });
    await dataSource.initialize().catch((error: unknown) => {
      throw new StartupFault(describeConnectionFault(error, url));
    });
    try {
      const { encrypted, unreadable } = await encryptStoredTokens(dataSource, new TokenSeal(config), (done) =>
        process.stdout.write(`${done} tokens encrypted\n`),
      );
      process.stdout.write(
        `Done: ${encrypted} tokens encrypted. Tokens left unchanged because no secret decrypts them: ${unreadable}.` +
          `${unreadable > 0 ? ' Add their secret to BETTER_AUTH_SECRETS, then run again: npm run tokens:encrypt' : ''}\n`,
      );
      return unreadable === 0 ? 0 : 1;
    } finally {
      await dataSource.destroy();
    }
  },
});
