import { get, mails, post, rows, scenario, sql, type Scenario } from '../../steps.js';
import { ADA } from '../values.js';

const grace = { name: 'Grace', email: 'grace@example.com', password: 'compiler compiler' };
const owner = { browser: 'owner' };

/** The id of the owner is random, so its place in the list differs. */
const NO_OWNER = 'filterField=role&filterOperator=ne&filterValue=owner';

/** 1,200 members besides the owner. A tenth are administrators. */
const MEMBERS = `
with added as (
  insert into users (id, name, email, created_at, updated_at)
  select 'member' || to_char(n, 'FM0000'), 'Member ' || n, 'member' || n || '@example.com', now(), now()
    from generate_series(1, 1200) n
  returning id
) insert into members (id, organization_id, user_id, role, created_at)
  select 'm-' || id, '{org}', id, case when id like '%0' then 'admin' else 'member' end,
         timestamptz '2026-01-01' + substr(id, 7)::int * interval '1 second'
    from added`;

export const organization: readonly Scenario[] = [
  scenario(
    'from the first organization to the last member',
    post('/organization/create', { name: 'Acme', slug: 'acme' }),
    post('/sign-up/email', ADA, owner),
    post('/organization/check-slug', { slug: 'acme' }, owner),
    post(
      '/organization/create',
      { name: 'Acme', slug: 'acme', metadata: { size: 3 } },
      { ...owner, save: { org: 'id' } },
    ),
    post('/organization/create', { name: 'Acme', slug: 'acme' }, owner),
    post('/organization/check-slug', { slug: 'acme' }, owner),
    get('/organization/list', owner),
    get('/get-session', owner),
    get('/organization/get-full-organization', owner),
    post('/organization/update', { data: { name: 'Acme Ltd' } }, owner),
    post(
      '/organization/invite-member',
      { email: grace.email, role: 'member' },
      { ...owner, save: { invitation: 'id' } },
    ),
    mails(1),
    post('/organization/invite-member', { email: grace.email, role: 'member' }, owner),
    post('/organization/invite-member', { email: grace.email, role: 'king' }, owner),
    get('/organization/list-invitations', owner),
    post('/sign-up/email', grace),
    get('/organization/get-invitation?id={invitation}'),
    post(
      '/organization/accept-invitation',
      { invitationId: '{invitation}' },
      { save: { member: 'member.id' } },
    ),
    get('/get-session'),
    get('/organization/list-members', owner),
    get('/organization/get-active-member'),
    post('/organization/has-permission', { permissions: { organization: ['delete'] } }),
    post('/organization/update-member-role', { memberId: '{member}', role: 'admin' }),
    post('/organization/update-member-role', { memberId: '{member}', role: 'admin' }, owner),
    post('/organization/has-permission', { permissions: { member: ['create'] } }),
    post('/organization/remove-member', { memberIdOrEmail: grace.email }, owner),
    post('/organization/leave', { organizationId: '{org}' }, owner),
    post('/organization/set-active', { organizationId: null }, owner),
    get('/get-session', owner),
    post('/organization/set-active', { organizationSlug: 'acme' }, owner),
    post('/organization/delete', { organizationId: '{org}' }, owner),
    get('/organization/list', owner),
    rows('select count(*)::int as count from members'),
  ),
  scenario(
    'members in pages, sorted and filtered',
    post('/sign-up/email', ADA, owner),
    post('/organization/create', { name: 'Acme', slug: 'acme' }, { ...owner, save: { org: 'id' } }),
    sql(MEMBERS),
    ...[
      `?limit=7&sortBy=userId&${NO_OWNER}`,
      `?limit=7&offset=5&sortBy=userId&sortDirection=desc&${NO_OWNER}`,
      '?limit=3&offset=1100&sortBy=createdAt',
      '?limit=3&offset=1100&sortBy=createdAt&sortDirection=desc',
      `?limit=3&offset=1100&sortBy=userId&organizationSlug=acme&${NO_OWNER}`,
      '?limit=3&offset=1150&sortBy=createdAt&filterField=role&filterValue=member&filterOperator=ne',
      '?limit=3&offset=1100&sortBy=createdAt&filterField=role&filterValue=member',
      '?limit=5&sortBy=createdAt&filterField=role&filterValue=admin',
      '?limit=5&sortBy=createdAt&filterField=role&filterOperator=contains&filterValue=dmi',
      '?limit=5&offset=5000&sortBy=createdAt',
      '?sortBy=userId&organizationId=nothing',
    ].map((query) => get(`/organization/list-members${query}`, owner)),
    get('/organization/get-full-organization?membersLimit=0&organizationSlug=acme', owner),
    get('/organization/get-active-member-role?userId=member0007', owner),
    get('/organization/get-active-member-role?userId=nobody', owner),
    sql("delete from users where id like 'member%'"),
  ),
  scenario(
    'invitations are cancelled and rejected',
    post('/sign-up/email', ADA, owner),
    post('/organization/create', { name: 'Acme', slug: 'acme' }, { ...owner, save: { org: 'id' } }),
    post(
      '/organization/invite-member',
      { email: grace.email, role: ['member', 'admin'] },
      { ...owner, save: { invitation: 'id' } },
    ),
    post('/organization/cancel-invitation', { invitationId: '{invitation}' }, owner),
    post('/sign-up/email', grace),
    post('/organization/accept-invitation', { invitationId: '{invitation}' }),
    post(
      '/organization/invite-member',
      { email: grace.email, role: 'member' },
      { ...owner, save: { invitation: 'id' } },
    ),
    post('/organization/reject-invitation', { invitationId: '{invitation}' }),
    get('/organization/list-user-invitations'),
    post('/organization/accept-invitation', { invitationId: 'nothing' }),
  ),
  scenario(
    'teams and roles of an organization',
    post('/sign-up/email', ADA, { ...owner, save: { ada: 'user.id' } }),
    post('/organization/create', { name: 'Acme', slug: 'acme' }, { ...owner, save: { org: 'id' } }),
    get('/organization/list-teams', owner),
    post('/organization/create-team', { name: 'Kernel' }, { ...owner, save: { team: 'id' } }),
    post('/organization/update-team', { teamId: '{team}', data: { name: 'Core' } }, owner),
    post('/organization/add-team-member', { teamId: '{team}', userId: '{ada}' }, owner),
    get('/organization/list-team-members?teamId={team}', owner),
    post('/organization/set-active-team', { teamId: '{team}' }, owner),
    get('/get-session', owner),
    get('/organization/list-user-teams', owner),
    post('/organization/remove-team-member', { teamId: '{team}', userId: '{ada}' }, owner),
    post('/organization/remove-team', { teamId: '{team}' }, owner),
    post('/organization/create-role', { role: 'auditor', permission: { member: ['update'] } }, owner),
    get('/organization/list-roles', owner),
    get('/organization/get-role?roleName=auditor', owner),
    post(
      '/organization/update-role',
      { roleName: 'auditor', data: { permission: { member: ['delete'] } } },
      owner,
    ),
    post('/organization/delete-role', { roleName: 'auditor' }, owner),
  ),
  scenario(
    'a client with a token and without cookies needs no origin',
    post('/sign-up/email', ADA, { ...owner, save: { token: 'token' } }),
    ...[undefined, 'https://evil.example'].flatMap((origin) => {
      const client = { browser: `client of ${origin}`, headers: { authorization: 'Bearer {token}', origin } };
      return [
        post('/organization/create', { name: 'Acme', slug: `acme-${origin?.length}` }, client),
        post('/update-user', { name: 'Grace' }, client),
        get('/organization/list', client),
      ];
    }),
    post(
      '/organization/create',
      { name: 'Acme', slug: 'other' },
      { ...owner, headers: { origin: undefined } },
    ),
  ),
];
