import { get, post, rows, scenario, signedIn, sql, type Scenario } from '../steps.js';
import { ODD_BODIES, STORABLE_TYPES, WRONG_TYPES } from './values.js';

const user = rows('select name, email, is_email_verified, image, updated_at from users');

export const updateUser: readonly Scenario[] = [
  scenario(
    'update-user changes name and picture',
    signedIn(),
    post('/update-user', { name: 'Ada King', image: 'https://example.com/a.png' }),
    user,
    get('/get-session'),
  ),
  scenario(
    'update-user removes the picture',
    signedIn(),
    post('/update-user', { image: 'x' }),
    post('/update-user', { image: null }),
    user,
    post('/update-user', { image: '' }),
    user,
  ),
  ...['name', 'image'].map((field) =>
    scenario(
      `${field} of every type`,
      signedIn(),
      ...STORABLE_TYPES.flatMap(([, value]) => [post('/update-user', { [field]: value }), user]),
      ...WRONG_TYPES.map(([, value]) => post('/update-user', { [field]: value })),
    ),
  ),
  ...['email', 'emailVerified', 'id', 'other'].map((field) =>
    scenario(
      `${field} of every type`,
      signedIn(),
      ...WRONG_TYPES.flatMap(([, value]) => [post('/update-user', { [field]: value }), user]),
    ),
  ),
  scenario(
    'a name together with other fields',
    signedIn(),
    post('/update-user', { name: 'B', id: 'x', createdAt: 1, banned: true, is_email_verified: true }),
    user,
    post('/update-user', { name: 'C', email: 'c@example.com' }),
    post('/update-user', { name: 'D', email: '' }),
    user,
  ),
  ...ODD_BODIES.map(([label, body, headers]) =>
    scenario(`odd body: ${label}`, signedIn(), post('/update-user', body, { headers }), user),
  ),
  scenario(
    'odd texts',
    signedIn(),
    ...['', ' ', 'a\u0000b', '\ud800', 'x'.repeat(1000), '<script>', '名前'].flatMap((name) => [
      post('/update-user', { name }),
      user,
    ]),
  ),
  scenario('update-user by GET', signedIn(), get('/update-user')),
  scenario(
    'list-accounts with scopes in every form',
    signedIn(),
    get('/list-accounts'),
    sql(`update accounts set scope = 'a,b', provider_id = 'github', access_token = 'secret'`),
    get('/list-accounts'),
    sql(`update accounts set scope = ''`),
    get('/list-accounts'),
    sql(`update accounts set scope = 'a, b,,c'`),
    get('/list-accounts'),
    sql('delete from accounts'),
    get('/list-accounts'),
  ),
];
