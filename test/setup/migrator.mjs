import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { migratingDataSourceFrom } from '../../dist/src/migrating/migrating-data-source.js';

/**
 * Runs the compiled migrations for the tests, as `migration:run` does. A process of its own for each database would take six
 * times as much processor time.
 */
export async function startMigrator() {
  let last = Promise.resolve();
  const answer = async (request, response) => {
    const variables = JSON.parse(await text(request));
    // One after the other, because the settings of migrations are in the environment of the process.
    last = last.then(() => migrate(variables));
    const fault = await last;
    response.writeHead(fault === undefined ? 204 : 500).end(fault);
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return `http://127.0.0.1:${server.address().port}`;
}

async function migrate(variables) {
  const before = { ...process.env };
  const dataSource = migratingDataSourceFrom(variables);
  try {
    await dataSource.initialize();
    await dataSource.runMigrations();
    return undefined;
  } catch (error) {
    return String(error);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
    for (const name of Object.keys(variables)) if (before[name] === undefined) delete process.env[name];
  }
}
