import { createHmac } from 'node:crypto';
import { MANAGED_SECRET } from '../../scim-connections.js';
import { ADA } from '../values.js';
import {
  call,
  get,
  post,
  rows,
  scenario,
  sql,
  type RequestOptions,
  type Scenario,
  type Step,
} from '../../steps.js';

export const TYPE = 'application/scim+json';

/** A request of a directory, with its token. It has no cookies and no `Origin`. */
const asked =
  (token: string | undefined) =>
  (method: string, path: string, body?: unknown, options: RequestOptions = {}) =>
    call(method, `/api/auth/scim/v2${path}`, body, {
      browser: 'directory',
      ...options,
      headers: {
        origin: undefined,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': TYPE }),
        ...options.headers,
      },
    });

const acme = asked('token-of-acme');
const reader = asked('token-of-a-reader');
const other = asked('token-of-another-directory');

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export const grace = {
  schemas: [USER],
  userName: 'grace@example.com',
  externalId: 'grace-1',
  name: { givenName: 'Grace', familyName: 'Hopper' },
  emails: [{ value: 'grace@example.com', primary: true, type: 'work' }],
  active: true,
};
export const ada = {
  ...grace,
  userName: 'ada@example.com',
  externalId: 'ada-1',
  emails: [{ value: 'ada@example.com' }],
};
const create = (user: object, save = 'id') => acme('POST', '/Users', user, { save: { [save]: 'id' } });
const patch = (path: string, ...operations: object[]) =>
  acme('PATCH', path, { schemas: [PATCH], Operations: operations });

export const created = create(grace, 'userId');
export const admirals = {
  schemas: [GROUP],
  displayName: 'Admirals',
  externalId: 'group-1',
  members: [{ value: '{userId}' }],
};
export const createdGroup = acme('POST', '/Groups', admirals, { save: { groupId: 'id' } });
export const setActive = (active: boolean) => patch('/Users/{userId}', { op: 'replace', value: { active } });
export const RENAME = [{ op: 'replace', path: 'name.givenName', value: 'Grace' }];
export const ADD_MEMBER = [{ op: 'add', path: 'members', value: [{ value: '{userId}' }] }];
/** Attributes that the scenarios leave out. */
export const MORE_OF_USER = {
  schemas: [USER, ENTERPRISE],
  displayName: 'Grace',
  title: 'Admiral',
  phoneNumbers: [{ value: '+1', type: 'work', primary: true }],
  addresses: [{ country: 'US', type: 'work' }],
  roles: [{ value: 'admiral' }],
  entitlements: [{ value: 'ship' }],
  [ENTERPRISE]: { manager: { value: '1' }, department: 'x' },
};

export const discovery: readonly Scenario[] = [
  scenario(
    'what the service can do',
    acme('GET', '/ServiceProviderConfig'),
    acme('GET', '/Schemas'),
    acme('GET', `/Schemas/${USER}`),
    acme('GET', `/Schemas/${encodeURIComponent(USER)}`),
    acme('GET', '/ResourceTypes'),
    acme('GET', '/ResourceTypes/User'),
    acme('GET', '/ResourceTypes/Nothing'),
    asked(undefined)('GET', '/ServiceProviderConfig'),
  ),
];

export const users: readonly Scenario[] = [
  scenario(
    'creates, reads, lists, replaces and deletes users',
    create(grace),
    acme('GET', '/Users/{id}'),
    create(grace, 'again'),
    create(ada, 'ada'),
    acme('GET', '/Users'),
    acme('GET', '/Users?startIndex=2&count=1'),
    acme('GET', '/Users?filter=userName%20eq%20%22grace@example.com%22'),
    acme('GET', '/Users?filter=externalId%20eq%20%22ada-1%22'),
    acme('GET', '/Users?filter=nonsense'),
    acme('PUT', '/Users/{id}', { ...grace, name: { givenName: 'Amazing', familyName: 'Grace' } }),
    rows('select name, email from users order by email'),
    patch('/Users/{id}', { op: 'replace', path: 'name.givenName', value: 'Grace' }),
    patch('/Users/{id}', { op: 'replace', path: 'nothing', value: 1 }),
    patch('/Users/{id}', { op: 'replace', value: { active: false } }),
    acme('GET', '/Users/{id}'),
    acme('DELETE', '/Users/{id}'),
    acme('GET', '/Users/{id}'),
    acme('DELETE', '/Users/{id}'),
    rows('select name, email from users order by email'),
    rows('select user_name, active from scim_users order by user_name'),
  ),
  scenario(
    'a user who is there already is not taken over',
    post('/sign-up/email', { name: 'Eve', email: 'eve@example.com', password: 'correct horse battery' }),
    create({ ...grace, userName: 'eve@example.com', emails: [{ value: 'eve@example.com' }] }),
    get('/get-session'),
    rows('select count(*)::int as count from scim_users'),
  ),
  scenario(
    'the token of a directory says nothing about the session in the cookies',
    post('/sign-up/email', ADA, { browser: 'directory' }),
    acme('GET', '/Users'),
    get('/get-session', { browser: 'directory' }),
  ),
  scenario(
    'a token opens only what it is for',
    asked('nothing')('GET', '/Users'),
    asked(undefined)('GET', '/Users'),
    reader('GET', '/Users'),
    reader('POST', '/Users', grace),
    create(grace),
    other('GET', '/Users/{id}'),
    other('GET', '/Users'),
    other('DELETE', '/Users/{id}'),
  ),
  scenario(
    'input that is refused',
    acme('POST', '/Users', {}),
    acme('POST', '/Users', { schemas: [USER], userName: 'nothing' }),
    acme('POST', '/Users', '{"schemas":'),
    acme('POST', '/Users', grace, { headers: { 'content-type': 'text/plain' } }),
    acme('POST', '/Users', grace, { headers: { 'content-type': 'application/json' } }),
    acme('PATCH', '/Users/nothing', { schemas: [PATCH], Operations: [] }),
    acme('PUT', '/Users/nothing', grace),
    acme('GET', '/Users?count=nothing'),
    acme('GET', '/Nothing'),
    acme('GET', `/Users/${'x'.repeat(5000)}`),
    ...['POST /Users', 'PUT /Users/nothing', 'PATCH /Groups/nothing'].flatMap((route) => {
      const [method = '', path = ''] = route.split(' ');
      return [
        acme(method, path),
        acme(method, path, undefined, { headers: { 'content-type': TYPE } }),
        acme(method, path, '', { headers: { 'content-type': TYPE } }),
      ];
    }),
  ),
];

export const groups: readonly Scenario[] = [
  scenario(
    'creates, changes and deletes a group',
    create(grace),
    acme('POST', '/Groups', { schemas: [GROUP], displayName: 'Admirals' }, { save: { group: 'id' } }),
    patch('/Groups/{group}', { op: 'add', path: 'members', value: [{ value: '{id}' }] }),
    acme('GET', '/Groups/{group}'),
    acme('GET', '/Groups?filter=displayName%20eq%20%22Admirals%22'),
    acme('PUT', '/Groups/{group}', { schemas: [GROUP], displayName: 'Captains', members: [] }),
    acme('DELETE', '/Groups/{group}'),
    acme('GET', '/Groups/{group}'),
    rows('select count(*)::int as count from scim_group_members'),
  ),
];

const ALL_SCOPES = ['scim.users.read', 'scim.users.write'];

/** Inserts a connection of the database with a token, as an application with the published library does. */
function managed(id: string, changes: Readonly<Record<string, string>> = {}): Step {
  const token = `ba_scim_credential_${id}.a-long-random-text`;
  const digest = createHmac('sha256', MANAGED_SECRET).update(token).digest('base64url');
  const credential: Record<string, string> = {
    id: `'credential-${id}'`,
    connection_record_id: `'connection-${id}'`,
    credential_id: `'ba_scim_credential_${id}'`,
    token_digest: `'${digest}'`,
    hash_version: `'v1'`,
    active_slot_key: `'slot-${id}'`,
    status: `'active'`,
    serialized_scopes: `'${JSON.stringify(ALL_SCOPES)}'`,
    expires_at: `now() + interval '1 day'`,
    created_at: 'now()',
    created_by: `'an administrator'`,
    ...changes,
  };
  return sql(`
    insert into scim_managed_connections (id, creation_request_id, connection_id, provisioning_domain_id, status, revision, created_at, created_by)
    values ('connection-${id}', 'request-${id}', 'ba_scim_connection_${id}', 'domain-${id}', 'active', 2, now(), 'an administrator');
    insert into scim_managed_credentials (${Object.keys(credential).join(', ')}) values (${Object.values(credential).join(', ')})`);
}
const withManaged = (id: string) => asked(`ba_scim_credential_${id}.a-long-random-text`);

export const managedConnections: readonly Scenario[] = [
  scenario(
    'a connection of the database',
    managed('one'),
    withManaged('one')('POST', '/Users', grace, { save: { id: 'id' } }),
    withManaged('one')('GET', '/Users'),
    withManaged('one')('PATCH', '/Users/{id}', { schemas: [PATCH], Operations: RENAME }),
    withManaged('one')('POST', '/Groups', { schemas: [GROUP], displayName: 'Admirals' }),
    acme('GET', '/Users/{id}'),
    rows('select last_used_at is not null as used, status from scim_managed_credentials'),
    rows('select connection_id, provisioning_domain_id, user_name, active from scim_users'),
    asked('ba_scim_credential_one.another-text')('GET', '/Users'),
    asked('ba_scim_credential_one')('GET', '/Users'),
    asked('ba_scim_credential_two.a-long-random-text')('GET', '/Users'),
    sql(`update scim_managed_connections set status = 'disabled'`),
    withManaged('one')('GET', '/Users'),
  ),
  ...Object.entries<Readonly<Record<string, string>>>({
    expired: { expires_at: `now() - interval '1 second'` },
    revoked: { status: `'revoked'` },
    older: { hash_version: `'v0'` },
    narrow: { serialized_scopes: `'["scim.users.read"]'` },
  }).map(([id, changes]) =>
    scenario(
      `a token that is ${id}`,
      managed(id, changes),
      withManaged(id)('GET', '/Users'),
      withManaged(id)('POST', '/Users', grace),
    ),
  ),
];
