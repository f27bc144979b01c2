// An application on Auth.js with its TypeORM adapter, on tables made from the adapter's own entities. It reads one call per
// line, such as `{"method": "createUser", "argument": {…}}`, and prints the adapter's answer as one line.
import { createInterface } from 'node:readline';
import { TypeORMAdapter, entities } from '@auth/typeorm-adapter';
import { DataSource, EntityManager } from 'typeorm';

// The adapter passes relations as a list, which TypeORM 1 no longer accepts.
const { findOne } = EntityManager.prototype;
EntityManager.prototype.findOne = function (entity, { relations, ...options }) {
  const named = Array.isArray(relations)
    ? Object.fromEntries(relations.map((name) => [name, true]))
    : relations;
  return findOne.call(this, entity, { ...options, relations: named });
};

const database = { type: 'postgres', url: process.env.DATABASE_URL };
if (process.argv.includes('synchronize')) {
  const tables = new DataSource({ ...database, entities: Object.values(entities), synchronize: true });
  await tables.initialize();
  await tables.destroy();
}

/** Turns texts into dates, because the adapter expects dates and JSON has none. */
const revive = (key, value) =>
  ['expires', 'emailVerified'].includes(key) && value ? new Date(value) : value;

const adapter = TypeORMAdapter(database);
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const { method, argument } = JSON.parse(line, revive);
  const answer = await adapter[method](argument).then(
    (value) => ({ value }),
    (error) => ({ error: String(error) }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
