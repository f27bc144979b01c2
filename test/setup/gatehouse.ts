import { freePort } from '../../src/local/free-port.js';
import { createDatabase, type TestDatabase } from './database.js';
import { startProgram } from './program.js';
import { SERVER_FLAGS } from './server-flags.js';

/** The migrated database that tests copy. The global set-up creates it once for each run. */
export const MIGRATED = 'template_migrated';

/** The secret of the test vectors (src/crypto/protocol.md, "Test vectors"). */
export const SECRET = 'better-auth-secret-that-is-long-enough-for-validation-test';

export interface Gatehouse {
  /** The server's address, base URL and trusted origin, such as `http://localhost:40123`. */
  readonly origin: string;
  readonly database: TestDatabase;
  /** Everything the server has written to its log. */
  log(): string;
  /** Waits until the log contains this text, because a log line can come after the answer to its request. */
  told(text: string): Promise<void>;
  /** Returns the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/**
 * Starts the compiled server like `npm run start:prod`.
 * @param given the database to use. Without it the server gets a new migrated database, which `stop` drops.
 */
export async function startGatehouse(
  environment: Record<string, string> = {},
  given?: TestDatabase,
): Promise<Gatehouse> {
  const database = given ?? (await createDatabase({ template: MIGRATED }));
  const port = environment['PORT'] ?? String(await freePort());
  const program = startProgram('src/main.js', {
    nodeFlags: SERVER_FLAGS,
    environment: {
      DATABASE_URL: database.url,
      BETTER_AUTH_SECRET: SECRET,
      HOST: '127.0.0.1',
      // The lowest cost that Gatehouse accepts, because most tests need no slow hash.
      PASSWORD_BCRYPT_COST: '10',
      ...environment,
      PORT: port,
    },
  });
  await program.told('listening on');
  return {
    origin: `http://localhost:${port}`,
    database,
    log: () => program.output(),
    told: (text) => program.told(text),
    async stop(signal) {
      const code = await program.stop(signal);
      if (!given) await database.drop();
      return code;
    },
  };
}
