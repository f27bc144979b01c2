import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../src/local/free-port.js';
import { linkingVariables } from '../../documentation/token-journeys.js';
import { startOpenIdProvider } from '../../openid/openid-provider.js';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, SECRET, type Gatehouse } from '../../setup/gatehouse.js';
import { aStranger } from '../../setup/people.js';
import { startProgram } from '../../setup/program.js';
import { SERVER_FLAGS } from '../../setup/server-flags.js';

/** A server with every route on, whose memory can be measured. */
export interface FuzzedServer {
  readonly gatehouse: Gatehouse;
  readonly database: TestDatabase;
  readonly port: number;
  /** MiB that the server uses after a garbage collection. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

export async function startFuzzedServer(): Promise<FuzzedServer> {
  const [database, provider, port] = await Promise.all([
    createDatabase({ template: MIGRATED }),
    startOpenIdProvider(),
    freePort(),
  ]);
  const program = startProgram('src/main.js', {
    nodeFlags: [...SERVER_FLAGS, `--import=${resolve('test/security/fuzz/collect-garbage.mjs')}`],
    environment: {
      ...linkingVariables(provider),
      DATABASE_URL: database.url,
      BETTER_AUTH_SECRET: SECRET,
      HOST: '127.0.0.1',
      PORT: String(port),
      PASSWORD_BCRYPT_COST: '10',
      USER_CHANGE_EMAIL_ENABLED: 'true',
      USER_DELETE_USER_ENABLED: 'true',
      ACCOUNT_STORE_ACCOUNT_COOKIE: 'true',
      SESSION_CACHE: 'true',
      SESSION_COOKIE_CACHE_ENABLED: 'true',
    },
  });
  await program.told('listening on');
  const gatehouse: Gatehouse = {
    origin: `http://localhost:${port}`,
    database,
    log: () => program.output(),
    told: (text) => program.told(text),
    stop: (signal) => program.stop(signal),
  };
  const collections = () => program.output().split('garbage collected').length;
  return {
    gatehouse,
    database,
    port,
    async memory() {
      const before = collections();
      program.process.kill('SIGUSR2');
      while (collections() === before) await sleep(10);
      const { text } = await aStranger(gatehouse).get('/metrics');
      const bytes = ['nodejs_heap_size_used_bytes', 'nodejs_external_memory_bytes'].map((name) =>
        Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]),
      );
      return bytes.reduce((sum, value) => sum + value, 0) / 2 ** 20;
    },
    async stop() {
      await program.stop();
      await Promise.all([database.drop(), provider.stop()]);
    },
  };
}
