import { sessionCookies } from '../environment.mjs';
import { atMost, median } from '../figures.mjs';
import { load } from '../load.mjs';
import { SIX_PLUGINS } from './plugins.mjs';

const [FEW, MANY] = [100, 100_000];
const SESSIONS = 20;

/** What the owner of an organization asks. `middle` is the place of the member in the middle of the list. */
const REQUESTS = {
  'list-members': () => 'list-members?limit=50',
  'list-members, sorted by time': () => 'list-members?limit=50&sortBy=createdAt&sortDirection=desc',
  'list-members, sorted by role': () => 'list-members?limit=50&sortBy=role',
  'list-members, from the middle': (middle) => `list-members?limit=50&offset=${middle}&sortBy=createdAt`,
  'list-members, admins': () => 'list-members?limit=10&filterField=role&filterValue=admin',
  'list-invitations': () => 'list-invitations',
  'get-full-organization': () => 'get-full-organization',
  'get-active-member': () => 'get-active-member',
  'get-active-member-role of another': () => 'get-active-member-role?userId=member50',
};

/** Compares the lists and the checks of an organization with few members and of one with many. */
export async function organizations(environment, { rounds, seconds }) {
  const url = await environment.database('organizations', SESSIONS);
  await environment.migrate(url, { PLUGINS: SIX_PLUGINS });
  await environment.query(url, FILL);
  await environment.query(url, 'vacuum analyze');
  const servers = {
    Gatehouse: await environment.server('gatehouse', url, { PLUGINS: SIX_PLUGINS }),
    'better-auth': await environment.server('better-auth', url, { HOSTED_PLUGINS: SIX_PLUGINS }),
  };
  // The first two sessions are those of the two owners.
  const [few, many] = sessionCookies(SESSIONS, SESSIONS);
  const times = [];
  for (const [server, { origin }] of Object.entries(servers)) {
    for (const [what, pathFor] of Object.entries(REQUESTS)) {
      const sides = [
        { cookie: few, members: FEW },
        { cookie: many, members: MANY },
      ].map(({ cookie, members }) => ({
        members,
        target: {
          origin,
          path: `/api/auth/organization/${pathFor(members / 2)}`,
          headers: [{ cookie }],
          connections: 1,
        },
      }));
      times.push({ server, what, ...(await timesOf(sides, { rounds, seconds })) });
    }
  }
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  const theirs = (what) => times.find((each) => each.what === what && each.server === 'better-auth');
  return {
    title: `organizations of ${MANY.toLocaleString('en')} members and of ${FEW}, 1 connection`,
    figures: times
      .filter(({ server }) => server === 'Gatehouse')
      .map(({ what, ratio }) => atMost(`time of ${what}`, ratio, 3)),
    notes: times.map(
      ({ server, what, milliseconds }) =>
        `${server}, ${what}: ${milliseconds.map((each) => each.toFixed(1)).join(' and ')} ms` +
        (server === 'Gatehouse' ? `; better-auth's ratio is ${theirs(what).ratio.toFixed(2)}` : ''),
    ),
  };
}

/** Measures both sides in turn. The first round is a warm-up. */
async function timesOf(sides, { rounds, seconds }) {
  const results = sides.map(() => []);
  for (let round = 0; round <= rounds; round++)
    for (const [n, { target }] of sides.entries()) {
      const { rate } = await load({ ...target, seconds });
      if (round > 0) results[n].push(1000 / rate);
    }
  const [few, many] = results;
  return {
    milliseconds: [median(few), median(many)],
    ratio: median(many.map((time, n) => time / few[n])),
  };
}

const FILL = `
insert into users (id, name, email)
  select 'member' || n, 'Member ' || n, 'member' || n || '@example.com' from generate_series(1, ${MANY}) n;
insert into organizations (id, name, slug, created_at)
  values ('few', 'Few', 'few', now()), ('many', 'Many', 'many', now());
insert into members (id, organization_id, user_id, role, created_at)
  select o || n, o, 'member' || n, case when n % 10 = 0 then 'admin' else 'member' end,
         now() - (n * 7919 % ${MANY}) * interval '1 minute'
    from (values ('few', ${FEW}), ('many', ${MANY})) as size (o, most), generate_series(1, most) n;
insert into members (id, organization_id, user_id, role, created_at)
  values ('owner of few', 'few', 'user1', 'owner', now()), ('owner of many', 'many', 'user2', 'owner', now());
insert into invitations (id, organization_id, email, role, status, expires_at, created_at, inviter_id)
  select o || n, o, 'invited' || n || '@example.com', 'member', 'pending', now() + interval '2 days', now(), 'user1'
    from (values ('few', ${FEW}), ('many', ${MANY})) as size (o, most), generate_series(1, most) n;
update sessions set active_organization_id = case user_id when 'user1' then 'few' else 'many' end`;
