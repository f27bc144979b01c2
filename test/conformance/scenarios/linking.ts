import { callback, throughProvider } from '../provider-steps.js';
import { post, rows, scenario, signedIn, sql, type Scenario, type Step } from '../steps.js';
import { left, signIn } from './social.js';
import { WRONG_TYPES } from './values.js';

const link = (name: string, person = 'verified', body: object = {}): Step[] => [
  post(
    '/link-social',
    { provider: name, loginHint: person, callbackURL: '/linked', errorCallbackURL: '/not', ...body },
    { save: { url: 'url' } },
  ),
  throughProvider(),
  callback(),
];

const asGrace = sql(`update users set email = 'grace@example.com'`);
const linked = rows(
  `select u.name, u.image, u.email, u.is_email_verified, a.provider_id, a.provider_user_id, a.scope
     from users u join accounts a on a.user_id = u.id where a.provider_id <> 'credential' order by a.provider_id`,
);

/** With the default options. */
export const linking: readonly Scenario[] = [
  scenario(
    'links an account with the same address',
    signedIn(),
    asGrace,
    ...link('acme'),
    linked,
    ...link('acme', 'verified', { scopes: ['extra'] }),
    linked,
    ...link('gitlab'),
    left,
  ),
  scenario(
    'an account with another address, or with none',
    signedIn(),
    ...link('acme'),
    linked,
    ...link('acme', 'without-email'),
    linked,
  ),
  scenario(
    'an address that the provider has not verified',
    signedIn(),
    sql(`update users set email = 'mallory@example.com'`),
    ...link('acme', 'unverified'),
    linked,
  ),
  scenario(
    'an account that belongs to another user',
    ...signIn('acme'),
    sql(`update users set email = 'old@example.com'`),
    signedIn(),
    renameAdaToGrace(),
    ...link('acme'),
    linked,
  ),
  scenario(
    'the session ends before the callback',
    signedIn(),
    asGrace,
    ...link('acme').slice(0, 2),
    sql('delete from sessions'),
    callback(),
    linked,
  ),
  scenario(
    'invalid bodies, and no session',
    post('/link-social', { provider: 'acme' }),
    post('/link-social', {}),
    signedIn(),
    post('/link-social', {}),
    post('/link-social'),
    post('/link-social', { provider: 'unknown' }),
    post('/link-social', { provider: 'acme', disableRedirect: true }),
    post('/link-social', { provider: 'acme', callbackURL: 'https://evil.example' }),
    post('/link-social', { provider: 'acme', errorCallbackURL: 'https://evil.example' }),
    post('/link-social', { provider: 'acme', additionalParams: { state: 'x' } }),
    post('/link-social', { provider: 'acme', idToken: { nonce: 1 }, scopes: [1], additionalData: 'x' }),
    ...WRONG_TYPES.map(([, value]) => post('/link-social', { provider: 'unknown', idToken: value })),
    post('/link-social', { provider: 'gitlab', idToken: { token: 'x' } }),
    post('/link-social', { provider: 'acme', idToken: { token: 'x' } }),
  ),
];

function renameAdaToGrace(): Step {
  return sql(`update users set email = 'grace@example.com' where email = 'ada@example.com'`);
}

/** The same scenario for different `accountLinking` options. */
export const explicit: readonly Scenario[] = [
  scenario(
    'link-social with several providers',
    signedIn(),
    ...link('acme'),
    linked,
    ...link('gitlab', 'unverified'),
    ...link('plain', 'without-email'),
    linked,
  ),
];
