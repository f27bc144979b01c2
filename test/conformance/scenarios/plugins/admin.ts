import { get, post, rows, scenario, sql, type Scenario } from '../../steps.js';
import { ADA } from '../values.js';

const { password } = ADA;
const grace = { name: 'Grace', email: 'grace@example.com', password: 'compiler compiler' };
const root = { browser: 'admin' };
const become = [
  post('/sign-up/email', ADA, { ...root, save: { ada: 'user.id' } }),
  post('/sign-up/email', grace, { save: { grace: 'user.id', graceToken: 'token' } }),
  sql(`update users set role = 'admin' where email = '${ADA.email}'`),
] as const;

export const admin: readonly Scenario[] = [
  scenario(
    'reads and changes users',
    ...become,
    get('/admin/list-users?limit=10&sortBy=email'),
    get('/admin/list-users?limit=10&sortBy=email', root),
    get('/admin/list-users?searchValue=grace&searchField=email&limit=1&offset=0', root),
    get('/admin/get-user?id={grace}', root),
    post('/admin/set-role', { userId: '{grace}', role: 'admin' }, root),
    post('/admin/set-role', { userId: '{grace}', role: 'king' }, root),
    post('/admin/set-role', { userId: 'nobody', role: 'user' }, root),
    post('/admin/create-user', { email: 'new@example.com', password, name: 'New', role: 'user' }, root),
    post('/admin/create-user', { email: 'new@example.com', password, name: 'New' }, root),
    post('/sign-in/email', { email: 'new@example.com', password }, { browser: 'new' }),
    post('/admin/update-user', { userId: '{grace}', data: { name: 'Admiral' } }, root),
    post('/admin/set-user-password', { userId: '{grace}', newPassword: 'another password' }, root),
    post('/sign-in/email', { email: grace.email, password: 'another password' }, { browser: 'other' }),
    post('/admin/has-permission', { permissions: { user: ['create'] } }, root),
    post('/admin/remove-user', { userId: '{grace}' }, root),
    get('/get-session'),
    rows('select email, role from users order by email'),
  ),
  scenario(
    'bans and unbans',
    ...become,
    post('/admin/ban-user', { userId: '{grace}', banReason: 'spam' }, root),
    get('/get-session'),
    post('/sign-in/email', { email: grace.email, password: grace.password }),
    post('/admin/ban-user', { userId: '{ada}' }, root),
    post('/admin/unban-user', { userId: '{grace}' }, root),
    post('/sign-in/email', { email: grace.email, password: grace.password }),
    post('/admin/ban-user', { userId: '{grace}', banExpiresIn: 3600 }, root),
    rows('select banned, ban_reason, ban_expires is null as forever from users order by email'),
  ),
  scenario(
    'sessions and impersonation',
    ...become,
    post('/admin/list-user-sessions', { userId: '{grace}' }, root),
    post('/admin/impersonate-user', { userId: '{grace}' }),
    post('/admin/impersonate-user', { userId: '{grace}' }, root),
    get('/get-session', root),
    get('/list-sessions', root),
    post('/admin/stop-impersonating', {}, root),
    get('/get-session', root),
    post('/admin/revoke-user-session', { sessionToken: '{graceToken}' }, root),
    get('/get-session'),
    post('/admin/revoke-user-sessions', { userId: '{ada}' }, root),
    get('/get-session', root),
  ),
  scenario(
    'users cannot set the fields of the plugin',
    post('/sign-up/email', { ...ADA, role: 'admin' }),
    post('/sign-up/email', { ...ADA, banned: true }),
    post('/sign-up/email', ADA),
    post('/update-user', { role: 'admin' }),
    post('/update-user', { banned: false }),
    get('/get-session'),
  ),
];
