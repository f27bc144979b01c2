import { freePort } from '../../src/local/free-port.js';
import { createDatabase, type TestDatabase } from './database.js';
import { startProgram } from './program.js';

/** Made once per run by the global set-up. */
export const MIGRATED = 'template_migrated';

/** That of the test vectors (protocol.md §16). */
export const SECRET = 'better-auth-secret-that-is-long-enough-for-validation-test';

export interface Gatehouse {
  /** Such as `http://localhost:40123`: base URL, trusted origin and address alike. */
  readonly origin: string;
  readonly database: TestDatabase;
  /** Everything the server has written to its log. */
  log(): string;
  /** Waits until the log holds this text: a line may come later than the answer it tells of. */
  told(text: string): Promise<void>;
  /** Its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** The compiled server as `npm run start:prod` runs it, on a fresh migrated database unless it is given one. */
export async function startGatehouse(
  environment: Record<string, string> = {},
  given?: TestDatabase,
): Promise<Gatehouse> {
  const database = given ?? (await createDatabase({ template: MIGRATED }));
  const port = environment['PORT'] ?? String(await freePort());
  const program = startProgram('src/main.js', {
    environment: {
      DATABASE_URL: database.url,
      BETTER_AUTH_SECRET: SECRET,
      HOST: '127.0.0.1',
      // As quick as bcrypt may be configured: most tests are not about its slowness.
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
