import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { migrate } from '../../setup/migrate.js';
import { aMember, type Member } from '../../setup/people.js';

const VARIABLES = { PLUGINS: 'organization', RATE_LIMIT_ENABLED: 'false' };
const FEW = 20;
const MANY = 10_001;

let database: TestDatabase;
let gatehouse: Gatehouse;
let owner: Member;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  await migrate(database, VARIABLES);
  gatehouse = await startGatehouse(VARIABLES, database);
  owner = await aMember(gatehouse);
  await database.query(
    `insert into users (id, name, email) select 'm' || n, 'M', 'm' || n || '@example.com' from generate_series(1, ${MANY}) n`,
  );
});

afterAll(async () => {
  await gatehouse.stop();
  await database.drop();
});

/** The organization has the owner and further members. */
async function anOrganization(slug: string, members: number): Promise<string> {
  const made = await owner.client.post('/api/auth/organization/create', { name: slug, slug });
  const { id } = made.json<{ id: string }>();
  await database.query(
    `insert into members (id, organization_id, user_id, role, created_at)
     select '${slug}' || n, '${id}', 'm' || n, 'member', now() from generate_series(1, ${members}) n`,
  );
  return id;
}

const totalOf = async (organizationId: string) => {
  const path = `/api/auth/organization/list-members?limit=2&organizationId=${organizationId}`;
  return (await owner.client.get(path)).json<{ total: number }>().total;
};

const removeOne = (slug: string) => database.query(`delete from members where id = '${slug}1'`);

test('the total of a short list is always exact', async () => {
  const id = await anOrganization('few', FEW);
  expect(await totalOf(id)).toBe(FEW + 1);
  await removeOne('few');
  expect(await totalOf(id)).toBe(FEW);
});

test('the total of a long list is at most a second old', async () => {
  const id = await anOrganization('many', MANY);
  expect(await totalOf(id)).toBe(MANY + 1);
  await removeOne('many');
  await sleep(1000);
  expect(await totalOf(id)).toBe(MANY);
});
