import {
  call,
  cookies,
  follow,
  get,
  mails,
  post,
  rows,
  scenario,
  signedIn,
  sql,
  token,
  type Scenario,
} from '../steps.js';
import { ADA, ODD_BODIES, WRONG_TYPES } from './values.js';

const { email, password } = ADA;
const newEmail = 'new@example.com';
const signUp = post('/sign-up/email', ADA);
const elsewhere = { browser: 'elsewhere' };
const signIn = post('/sign-in/email', { email, password }, elsewhere);
const verified = sql('update users set is_email_verified = true');
const users = rows('select id, name, email, is_email_verified from users order by email');
const sessions = rows('select user_id, expires_at, ip_address, user_agent from sessions order by created_at');
const verify = (query: string, options = {}) => follow(`/api/auth/verify-email${query}`, options);
const bob = post('/sign-up/email', { ...ADA, name: 'Bob', email: 'bob@example.com' }, { browser: 'bob' });

const TARGETS = [
  '/ok',
  '/ok?a=1',
  '/ok%3Fa=1',
  '/ok%3Fa=1%26',
  '/ok%23top',
  '/ok%3Fa=1%23top',
  '{origin}/ok',
  '{origin}',
  '{origin}/ok%23top',
  encodeURIComponent('/a b'),
  encodeURIComponent('/a/../b'),
  'https://evil.example',
  '%2F%2Fevil.example',
  '%2F%5Cevil.example',
  '/%252fevil.example',
  'evil.example',
  'javascript:alert(1)',
  '',
  '/a&callbackURL=/b',
  '/a&callbackURL=https://evil.example',
];

export const verifyEmail: readonly Scenario[] = [
  scenario(
    'a mailed link verifies the address',
    signUp,
    mails(0),
    post('/send-verification-email', { email, callbackURL: '/welcome?x=1' }),
    mails(1),
    follow('{link}', elsewhere),
    users,
    follow('{link}', elsewhere),
    verify('?token={link-token}', elsewhere),
    get('/get-session'),
    get('/get-session', elsewhere),
    post('/send-verification-email', { email }),
    mails(1),
  ),
  scenario(
    'a signed-out caller learns nothing about an address',
    signUp,
    post('/send-verification-email', { email: 'ADA@Example.com' }, elsewhere),
    mails(1),
    post('/send-verification-email', { email: 'nobody@example.com', callbackURL: '/x' }, elsewhere),
    verified,
    post('/send-verification-email', { email }, elsewhere),
    mails(1),
  ),
  scenario(
    'send-verification-email refuses bad input',
    signedIn(),
    post('/send-verification-email', { email: 'nobody@example.com' }),
    post('/send-verification-email', { email: 'ADA@example.com' }),
    ...WRONG_TYPES.map(([, value]) => post('/send-verification-email', { email: value })),
    ...WRONG_TYPES.map(([, callbackURL]) =>
      post('/send-verification-email', { email: 'x@y.zz', callbackURL }),
    ),
    post('/send-verification-email', { email, callbackURL: 'https://evil.example' }),
    post('/send-verification-email?callbackURL=https://evil.example', { email }),
    post('/send-verification-email?callbackURL=https://evil.example', { email, callbackURL: '/ok' }),
    ...ODD_BODIES.map(([, body, headers]) => post('/send-verification-email', body, { headers })),
    mails(2),
  ),
  scenario(
    'verify-email with every kind of token',
    signUp,
    ...['', '?token', '?token=', '?token=x', '?token=a.b.c', '?token=a&token=b', '?token=..'].map((query) =>
      verify(query),
    ),
    token({ userId: true }, { secret: 'another secret, that nobody here has ever seen' }),
    verify('?token={token}'),
    token({ userId: true }, { expiresIn: -1 }),
    verify('?token={token}'),
    verify('?token={token}&callbackURL=/x'),
    token({ userId: 'somebody else' }),
    verify('?token={token}'),
    token({ email: 'nobody@example.com', userId: true }),
    verify('?token={token}'),
    token({ email: 'no address', userId: true }),
    verify('?token={token}'),
    users,
    token({}),
    verify('?token={token}'),
    users,
  ),
  scenario(
    'allowed and refused targets of the link',
    signUp,
    token({ userId: true }),
    ...TARGETS.flatMap((target) => [
      verify(`?token=bad&callbackURL=${target}`),
      verify(`?token={token}&callbackURL=${target}`),
    ]),
    verify('?token={token}&callbackURL[]=x'),
    users,
  ),
  scenario(
    'an address that another user has taken over',
    signUp,
    token({ userId: true }),
    sql(`update users set email = 'other@example.com'`),
    verify('?token={token}'),
    post('/sign-up/email', ADA, elsewhere),
    verify('?token={token}'),
    verify('?token={token}&callbackURL=/x'),
    users,
  ),
  scenario(
    'a deleted user',
    signUp,
    token({ userId: true }),
    sql('delete from users'),
    verify('?token={token}'),
  ),
  scenario('other methods', call('POST', '/api/auth/verify-email', {}), get('/send-verification-email')),
];

/** With `autoSignInAfterVerification`. */
export const autoSignIn: readonly Scenario[] = [
  scenario(
    'opening the link signs the browser in',
    signUp,
    token({ userId: true }),
    verify('?token={token}&callbackURL=/in', elsewhere),
    get('/get-session', elsewhere),
    sessions,
    verify('?token={token}', { browser: 'third' }),
  ),
  scenario(
    'an existing session of the same user is kept',
    post('/sign-up/email', { ...ADA, rememberMe: false }),
    token({ userId: true }),
    verify('?token={token}'),
    get('/get-session'),
    sessions,
  ),
  scenario(
    'a session of another user is replaced',
    signUp,
    token({ userId: true }),
    bob,
    verify('?token={token}', { browser: 'bob' }),
    get('/get-session', { browser: 'bob' }),
    sessions,
  ),
  scenario(
    'the cookie of a deleted session',
    signUp,
    token({ userId: true }),
    sql('delete from sessions'),
    verify('?token={token}'),
    get('/get-session'),
  ),
  scenario(
    'the dont_remember cookie of a session is kept',
    post('/sign-up/email', { ...ADA, rememberMe: false }),
    token({ userId: true }),
    cookies('keep only the dont_remember cookie', (store) => store.delete('better-auth.session_token')),
    verify('?token={token}'),
    sessions,
  ),
];

/** With `requireEmailVerification` and `sendOnSignIn`. */
export const requireVerification: readonly Scenario[] = [
  scenario(
    'refuses sign-in until the address is verified',
    post('/sign-up/email', { ...ADA, callbackURL: '/welcome' }),
    mails(1),
    sessions,
    signIn,
    mails(2),
    post('/sign-in/email', { email, password, callbackURL: '/there' }, elsewhere),
    mails(3),
    post('/sign-in/email', { email, password: 'wrong password' }, elsewhere),
    mails(3),
    follow('{link}', elsewhere),
    signIn,
    users,
  ),
  scenario(
    'sign-up does not reveal that the address is taken',
    signUp,
    post('/sign-up/email', { ...ADA, name: 'Eve', email: 'ADA@example.com', password: 'of somebody else' }),
    mails(1),
    users,
  ),
];

/** With `sendOnSignUp`, and links that expire after a minute. */
export const sendOnSignUp: readonly Scenario[] = [
  scenario(
    'sign-up signs in and sends a mail',
    post('/sign-up/email', { ...ADA, callbackURL: '/welcome' }),
    mails(1),
    follow(),
    get('/get-session'),
  ),
  scenario(
    'a refused sign-up sends no mail',
    signUp,
    signUp,
    post('/sign-up/email', { ...ADA, password: 'x' }),
    mails(1),
  ),
];

/** With `requireEmailVerification` and `sendOnSignUp: false`. */
export const silentSignUp: readonly Scenario[] = [scenario('sends no mail', signUp, signIn, mails(0))];

/** With `changeEmail.enabled`. */
export const changeEmail: readonly Scenario[] = [
  scenario(
    'the link to the new address completes the change',
    signUp,
    post('/change-email', { newEmail: 'NEW@Example.com', callbackURL: '/done#x' }),
    users,
    mails(1),
    follow(),
    users,
    follow(),
    get('/get-session'),
  ),
  scenario(
    'a verified user stays verified',
    signUp,
    verified,
    post('/change-email', { newEmail }),
    mails(1),
    verify('?token={link-token}'),
    users,
    rows('select email_verified is not null as verified from users'),
    sessions,
  ),
  scenario(
    'the link opened signed out, and signed in as another user',
    signUp,
    bob,
    post('/change-email', { newEmail }),
    mails(1),
    follow('{link}', { browser: 'bob' }),
    verify('?token={link-token}', { browser: 'bob' }),
    users,
    verify('?token={link-token}', elsewhere),
    users,
    get('/get-session', elsewhere),
  ),
  scenario(
    'the new address is taken',
    signUp,
    bob,
    post('/change-email', { newEmail: 'bob@example.com' }),
    post('/change-email', { newEmail: 'BOB@example.com' }),
    mails(0),
    users,
  ),
  scenario(
    'the address has changed since the link was mailed',
    signUp,
    post('/change-email', { newEmail }),
    mails(1),
    sql(`update users set email = 'other@example.com'`),
    follow(),
    verify('?token={link-token}'),
    users,
  ),
  scenario(
    'change-email refuses bad input',
    signedIn(),
    post('/change-email', { newEmail: email }),
    post('/change-email', { newEmail: 'ADA@Example.com' }),
    ...WRONG_TYPES.map(([, value]) => post('/change-email', { newEmail: value })),
    ...WRONG_TYPES.map(([, callbackURL]) => post('/change-email', { newEmail: email, callbackURL })),
    post('/change-email', { newEmail: 'no address' }),
    post('/change-email', { newEmail, callbackURL: 'https://evil.example' }),
    post('/change-email', { newEmail }, elsewhere),
    ...ODD_BODIES.map(([, body, headers]) => post('/change-email', body, { headers })),
    get('/change-email'),
    mails(0),
  ),
  scenario(
    'change-email with every kind of token',
    signUp,
    bob,
    ...['change-email-verification', 'change-email-confirmation', 'other', undefined].flatMap(
      (requestType) => [
        token({ updateTo: newEmail, requestType }),
        verify('?token={token}'),
        token({ updateTo: newEmail, requestType, userId: 'nobody' }),
        verify('?token={token}'),
        token({ updateTo: newEmail, requestType, userId: true, email: 'bob@example.com' }),
        verify('?token={token}'),
        token({ updateTo: newEmail, requestType, userId: true }, { expiresIn: -1 }),
        verify('?token={token}'),
      ],
    ),
    token({ updateTo: 'bob@example.com', requestType: 'change-email-verification', userId: true }),
    verify('?token={token}'),
    token({ updateTo: '', requestType: 'change-email-verification', userId: true }),
    verify('?token={token}'),
    users,
    mails(0),
  ),
  scenario(
    'a link of an older version changes the address first and verifies it afterwards',
    signUp,
    verified,
    token({ updateTo: newEmail, userId: true }),
    verify('?token={token}&callbackURL=/x'),
    users,
    mails(1),
    follow(),
    users,
    get('/get-session'),
  ),
  scenario(
    'a browser session stays a browser session',
    post('/sign-up/email', { ...ADA, rememberMe: false }),
    post('/change-email', { newEmail }),
    mails(1),
    follow(),
  ),
];

/** With `sendChangeEmailConfirmation`. */
export const twoSteps: readonly Scenario[] = [
  scenario(
    'the old address confirms, then the new address completes the change',
    signUp,
    verified,
    post('/change-email', { newEmail, callbackURL: '/changed?x=1' }),
    mails(1),
    follow(),
    users,
    mails(2),
    follow(),
    users,
    get('/get-session'),
  ),
  scenario(
    'the confirmation link is opened twice',
    signUp,
    verified,
    post('/change-email', { newEmail }),
    mails(1),
    follow(),
    follow(),
    mails(2, { of: 'a link opened twice' }),
  ),
  scenario(
    'links without callbackURL',
    signUp,
    verified,
    post('/change-email', { newEmail }),
    mails(1),
    verify('?token={link-token}'),
    mails(2),
    verify('?token={link-token}', elsewhere),
    users,
  ),
  scenario(
    'an unverified user needs no confirmation by the old address',
    signUp,
    post('/change-email', { newEmail }),
    mails(1),
    follow(),
    users,
  ),
  scenario(
    'another user opens the confirmation link',
    signUp,
    verified,
    bob,
    post('/change-email', { newEmail }),
    mails(1),
    follow('{link}', { browser: 'bob' }),
    mails(1),
    follow('{link}', elsewhere),
    mails(2),
  ),
];

/** With `updateEmailWithoutVerification`. */
export const atOnce: readonly Scenario[] = [
  scenario(
    'the address of an unverified user changes at once',
    signUp,
    post('/change-email', { newEmail, callbackURL: '/x' }),
    users,
    mails(1),
    get('/get-session'),
    follow(),
    users,
  ),
  scenario(
    'the new address is taken and nothing changes',
    signUp,
    bob,
    post('/change-email', { newEmail: 'bob@example.com' }),
    users,
    mails(0),
  ),
  scenario(
    'the address of a verified user changes only after the link is opened',
    signUp,
    verified,
    post('/change-email', { newEmail }),
    users,
    mails(1),
    follow(),
    users,
  ),
];

/** Without `changeEmail.enabled`. */
export const changeEmailDisabled: readonly Scenario[] = [
  scenario(
    'change-email is refused',
    signedIn(),
    post('/change-email', { newEmail }),
    post('/change-email', {}),
    post('/change-email', { newEmail }, elsewhere),
  ),
];
