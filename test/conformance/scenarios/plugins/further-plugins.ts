import { get, mails, post, rows, scenario, sql, type Scenario } from '../../steps.js';
import { ADA } from '../values.js';

const { email, password } = ADA;
const grace = { name: 'Grace', email: 'grace@example.com', password: 'compiler compiler' };
const signUp = post('/sign-up/email', ADA);
const other = { browser: 'other' };
const phoneNumber = '+15551230001';

export const phone: readonly Scenario[] = [
  scenario(
    'a code by text message',
    signUp,
    post('/phone-number/send-otp', { phoneNumber }),
    mails(1, { save: 'otp' }),
    post('/phone-number/verify', { phoneNumber, code: '0' }),
    post('/phone-number/verify', { phoneNumber, code: '{otp}', updatePhoneNumber: true }),
    get('/get-session'),
    post('/sign-in/phone-number', { phoneNumber, password }, other),
    get('/get-session', other),
    post('/sign-in/phone-number', { phoneNumber, password: 'wrong password' }),
    post('/phone-number/request-password-reset', { phoneNumber }),
    mails(2, { save: 'otp' }),
    post('/phone-number/reset-password', { phoneNumber, otp: '{otp}', newPassword: 'a new password' }),
    post('/sign-in/phone-number', { phoneNumber, password: 'a new password' }, other),
  ),
  scenario(
    'nobody claims a number without a code',
    post('/sign-up/email', { ...ADA, phoneNumber }),
    signUp,
    post('/update-user', { phoneNumber }),
    post('/update-user', { phoneNumber: null }),
    post('/update-user', { phoneNumberVerified: true }),
    get('/get-session'),
    rows('select phone_number, phone_number_verified from users'),
  ),
];

export const anonymous: readonly Scenario[] = [
  scenario(
    'a guest becomes a user',
    post('/sign-in/anonymous', {}),
    post('/sign-in/anonymous', {}),
    get('/get-session'),
    signUp,
    get('/get-session'),
    rows('select count(*)::int as count, bool_or(is_anonymous) as guest from users'),
  ),
  scenario(
    'a guest signs in, or deletes itself',
    post('/sign-up/email', grace, other),
    post('/sign-in/anonymous', {}),
    post('/sign-in/email', { email: grace.email, password: grace.password }),
    get('/get-session'),
    post('/sign-in/anonymous', {}, { browser: 'third' }),
    post('/delete-anonymous-user', {}, { browser: 'third' }),
    get('/get-session', { browser: 'third' }),
    post('/delete-anonymous-user', {}),
    rows('select count(*)::int as count from users'),
  ),
];

export const multiSession: readonly Scenario[] = [
  scenario(
    'two users in one browser',
    post('/sign-up/email', ADA, { save: { ada: 'token' } }),
    post('/sign-up/email', grace, { save: { grace: 'token' } }),
    get('/multi-session/list-device-sessions'),
    get('/get-session'),
    post('/multi-session/set-active', { sessionToken: '{ada}' }),
    get('/get-session'),
    post('/multi-session/set-active', { sessionToken: 'nothing' }),
    post('/multi-session/revoke', { sessionToken: '{ada}' }),
    get('/get-session'),
    post('/sign-out', {}),
    rows('select count(*)::int as count from sessions'),
  ),
];

export const oneTimeToken: readonly Scenario[] = [
  scenario(
    'hands the session to another browser',
    get('/one-time-token/generate'),
    signUp,
    get('/one-time-token/generate', { save: { ott: 'token' } }),
    post('/one-time-token/verify', { token: 'nothing' }, other),
    post('/one-time-token/verify', { token: '{ott}' }, other),
    get('/get-session', other),
    post('/one-time-token/verify', { token: '{ott}' }, other),
  ),
];

export const device: readonly Scenario[] = [
  scenario(
    'a television signs in',
    post(
      '/device/code',
      { client_id: 'tv' },
      { ...other, save: { device: 'device_code', user: 'user_code' } },
    ),
    post(
      '/device/token',
      {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: '{device}',
        client_id: 'tv',
      },
      other,
    ),
    post('/device/approve', { userCode: '{user}' }),
    signUp,
    get('/device?user_code={user}'),
    post('/device/approve', { userCode: '{user}' }),
    sql(`update device_codes set last_polled_at = now() - interval '1 minute'`),
    post(
      '/device/token',
      {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: '{device}',
        client_id: 'tv',
      },
      other,
    ),
    post('/device/deny', { userCode: 'NOTHING1' }),
  ),
];

export const lastLogin: readonly Scenario[] = [
  scenario(
    'notes how the user signed in',
    signUp,
    post('/sign-in/email', { email, password: 'wrong password' }, other),
    post('/sign-in/email', { email, password }, other),
    get('/get-session', other),
    rows('select last_login_method from users'),
  ),
];

const solved = { headers: { 'x-captcha-response': 'solved' } };

export const captcha: readonly Scenario[] = [
  scenario(
    'asks for a solved captcha, where it is configured',
    post('/sign-up/email', ADA),
    post('/sign-up/email', {}),
    post('/sign-in/email', { email, password }),
    post('/sign-out', {}),
    post('/sign-up/email', ADA, { headers: { 'x-captcha-response': 'not solved' } }),
    rows('select count(*)::int as count from users'),
    post('/sign-up/email', ADA, solved),
    get('/get-session'),
  ),
];

/** With a service that knows this password from a breach. */
export const breached: readonly Scenario[] = [
  scenario(
    'a password from a breach is refused',
    post('/sign-up/email', { ...ADA, password: 'breached password' }, solved),
    post('/sign-up/email', ADA, solved),
    post('/change-password', { currentPassword: password, newPassword: 'breached password' }),
    post('/request-password-reset', { email, redirectTo: '/reset' }),
    mails(1),
    post('/reset-password', { token: '{link-token}', newPassword: 'breached password' }),
    post('/reset-password', { token: '{link-token}', newPassword: 'another password' }),
    post('/sign-in/email', { email, password: 'another password' }, other),
    get('/get-session', other),
  ),
];
