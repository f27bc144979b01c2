// An application on a published release of Better Auth, with tables it made itself: nothing is mapped.
import { createServer } from 'node:http';
import pg from 'pg';

const { LIBRARY, DATABASE_URL, BETTER_AUTH_SECRET, PORT, LEGACY_OPTIONS } = process.env;

/** Before 1.4 the function stood with the rest of the database's. */
async function getMigrations(options) {
  const module = await import(`${LIBRARY}/db/migration`).catch(() => import(`${LIBRARY}/db`));
  return await module.getMigrations(options);
}

const { betterAuth } = await import(LIBRARY);
const { toNodeHandler } = await import(`${LIBRARY}/node`);
const { bearer, jwt } = await import(`${LIBRARY}/plugins`);

/** Its table is used, and no test is stopped by it. */
const rule = { window: 10, max: 1000 };

const options = {
  database: new pg.Pool({ connectionString: DATABASE_URL, max: 4 }),
  secret: BETTER_AUTH_SECRET,
  baseURL: `http://localhost:${PORT}`,
  telemetry: { enabled: false },
  emailAndPassword: { enabled: true },
  rateLimit: {
    enabled: true,
    storage: 'database',
    customRules: { '/sign-in/email': rule, '/sign-up/email': rule },
  },
  plugins: [jwt(), bearer()],
  ...JSON.parse(LEGACY_OPTIONS ?? '{}'),
};
if (process.argv.includes('migrate')) await (await getMigrations(options)).runMigrations();

const handle = toNodeHandler(betterAuth(options));
const server = createServer((request, response) => void handle(request, response));
server.listen(Number(PORT), '127.0.0.1', () => process.stdout.write('listening on\n'));
process.on('unhandledRejection', (error) => process.stderr.write(`unhandled rejection: ${String(error)}\n`));
