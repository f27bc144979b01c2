// An application on a published release of Better Auth, with the tables and column names of Better Auth's own migrations.
import { createServer } from 'node:http';
import pg from 'pg';

const { LIBRARY, DATABASE_URL, BETTER_AUTH_SECRET, PORT, LEGACY_OPTIONS } = process.env;

/** Better Auth before 1.4 exports the function from `db`, later releases from `db/migration`. */
async function getMigrations(options) {
  const module = await import(`${LIBRARY}/db/migration`).catch(() => import(`${LIBRARY}/db`));
  return await module.getMigrations(options);
}

const { betterAuth } = await import(LIBRARY);
const { toNodeHandler } = await import(`${LIBRARY}/node`);
const { bearer, jwt } = await import(`${LIBRARY}/plugins`);

/** A limit so high that no test reaches it. The tests only need the table of rate limits to be used. */
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
