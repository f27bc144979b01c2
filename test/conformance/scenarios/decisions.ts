import { callback, throughProvider } from '../provider-steps.js';
import { calls, get, post, rows, scenario, signedIn, sql, type Scenario } from '../steps.js';
import { ADA } from './values.js';

const { email, password } = ADA;
const from = (origin: string, tenant?: string) => ({
  headers: { origin, ...(tenant === undefined ? {} : { 'x-tenant': tenant }) },
});
const people = rows(
  `select u.name, u.email, a.provider_id from users u join accounts a on a.user_id = u.id order by 2, 3`,
);
const throughAcme = (person: string, tenant: string | undefined) => [
  post(
    '/sign-in/social',
    { provider: 'acme', loginHint: person, callbackURL: '/in', errorCallbackURL: '/out' },
    { save: { url: 'url' } },
  ),
  throughProvider(),
  callback(tenant === undefined ? {} : { headers: { 'x-tenant': tenant } }),
  people,
];

/** With the functions of modules/decisions.mjs. */
export const decisions: readonly Scenario[] = [
  scenario(
    'trustedOrigins names the origins of one request',
    signedIn(),
    post('/update-user', { name: 'Ada' }, from('https://acme.example')),
    post('/update-user', { name: 'Ada' }, from('https://acme.example', 'acme')),
    post('/update-user', { name: 'Ada' }, from('https://other.example', 'acme')),
    post('/sign-in/email', { email, password, callbackURL: 'https://acme.example/in' }),
    post(
      '/sign-in/email',
      { email, password, callbackURL: 'https://acme.example/in' },
      { headers: { 'x-tenant': 'acme' } },
    ),
    get('/verify-email?token=none&callbackURL=https://acme.example/in'),
    get('/verify-email?token=none&callbackURL=https://acme.example/in', { headers: { 'x-tenant': 'acme' } }),
  ),
  scenario(
    'trustedProviders vouch for an e-mail that the provider has not verified',
    signedIn(),
    sql(`update users set email = 'mallory@example.com', is_email_verified = true`),
    ...throughAcme('unverified', 'other'),
    ...throughAcme('unverified', undefined),
    sql(`update users set name = 'Mallory the elder'`),
    post(
      '/link-social',
      { provider: 'acme', loginHint: 'unverified', callbackURL: '/linked', errorCallbackURL: '/not' },
      { save: { url: 'url' } },
    ),
    throughProvider(),
    callback({ headers: { 'x-tenant': 'acme' } }),
    people,
  ),
  scenario(
    'validateUserInfo admits who signs up, and sees what would be stored',
    post('/sign-up/email', ADA),
    post('/sign-up/email', { ...ADA, email: 'eve@elsewhere.example' }),
    post('/sign-up/email', { ...ADA, name: 'Mallory', email: 'mallory@example.com' }),
    post('/sign-up/email', { ...ADA, name: 'Fault', email: 'fault@example.com' }),
    people,
    calls('validateUserInfo'),
  ),
  scenario(
    'validateUserInfo admits who comes from a provider: new, known, and linking',
    ...throughAcme('verified', undefined),
    ...throughAcme('verified', undefined),
    ...throughAcme('unverified', undefined),
    sql(`delete from accounts`),
    sql(`update users set is_email_verified = true`),
    ...throughAcme('verified', undefined),
    sql(`delete from accounts`),
    post(
      '/link-social',
      { provider: 'acme', loginHint: 'verified', callbackURL: '/linked', errorCallbackURL: '/not' },
      { save: { url: 'url' } },
    ),
    throughProvider(),
    callback(),
    people,
    calls('validateUserInfo'),
  ),
  scenario(
    'own functions hash and verify',
    post('/sign-up/email', ADA),
    rows(`select password from accounts`),
    post('/sign-in/email', { email, password }),
    post('/sign-in/email', { email, password: 'not the password' }),
    post('/verify-password', { password }),
    post('/change-password', { currentPassword: password, newPassword: 'another good password' }),
    rows(`select password from accounts`),
    post('/sign-in/email', { email, password: 'another good password' }),
  ),
];

/** The answer to a sign-up does not tell that the e-mail is taken, because sign-ups do not sign in. */
export const synthetic: readonly Scenario[] = [
  scenario(
    'customSyntheticUser makes the answer for an e-mail that is taken',
    post('/sign-up/email', ADA),
    post('/sign-up/email', { ...ADA, name: 'Eve' }),
    calls('customSyntheticUser'),
  ),
  scenario(
    'a sign-up that validateUserInfo refuses is answered like one whose e-mail is taken',
    post('/sign-up/email', { ...ADA, name: 'Mallory', email: 'mallory@example.com' }),
    people,
    calls('customSyntheticUser'),
  ),
];

const tier = (name: string) => ({ headers: { 'x-tier': name } });

export const limits: readonly Scenario[] = [
  scenario(
    'a function names the rule of a request, or none, and the module counts',
    post('/sign-up/email', ADA),
    get('/list-sessions', tier('free')),
    get('/list-sessions', tier('free')),
    get('/list-sessions', tier('unlimited')),
    get('/list-sessions'),
    calls('customRules'),
    calls('consume'),
  ),
];
