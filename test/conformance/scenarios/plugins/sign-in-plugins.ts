import { follow, get, mails, post, rows, scenario, sql, type Scenario } from '../../steps.js';
import { readAuthenticator } from '../../totp.js';
import { ADA } from '../values.js';

const { email, password } = ADA;
const signUp = post('/sign-up/email', ADA);
const bySelf = { browser: 'other' };

export const twoFactor: readonly Scenario[] = [
  scenario(
    'an authenticator app',
    signUp,
    post('/two-factor/enable', { password: 'wrong password' }),
    post('/two-factor/enable', { password }, { save: { uri: 'totpURI', backup: 'backupCodes.0' } }),
    readAuthenticator(),
    get('/get-session'),
    post('/two-factor/verify-totp', { code: '000000' }),
    post('/two-factor/verify-totp', { code: '{totp}' }),
    get('/get-session'),
    post('/two-factor/get-totp-uri', { password }),
    post('/sign-in/email', { email, password: 'wrong password' }, bySelf),
    post('/sign-in/email', { email, password }, bySelf),
    get('/get-session', bySelf),
    post('/two-factor/verify-totp', { code: '111111' }, bySelf),
    post('/two-factor/verify-totp', { code: '{totp}', trustDevice: true }, bySelf),
    get('/get-session', bySelf),
    post('/sign-out', {}, bySelf),
    post('/sign-in/email', { email, password }, bySelf),
    get('/get-session', bySelf),
    rows('select count(*)::int as count from sessions'),
  ),
  scenario(
    'backup codes',
    signUp,
    post('/two-factor/enable', { password }, { save: { uri: 'totpURI', backup: 'backupCodes.0' } }),
    readAuthenticator(),
    post('/two-factor/verify-totp', { code: '{totp}' }),
    post('/sign-in/email', { email, password, rememberMe: false }, bySelf),
    post('/two-factor/verify-backup-code', { code: 'nocode-atall' }, bySelf),
    post('/two-factor/verify-backup-code', { code: '{backup}' }, bySelf),
    get('/get-session', bySelf),
    post('/two-factor/generate-backup-codes', { password }, bySelf),
    post('/two-factor/disable', { password }, bySelf),
    post('/sign-in/email', { email, password }, { browser: 'third' }),
  ),
  scenario(
    'codes by mail',
    signUp,
    post('/two-factor/enable', { password, method: 'otp' }),
    post('/sign-in/email', { email, password }, bySelf),
    post('/two-factor/send-otp', {}, bySelf),
    mails(1, { save: 'otp' }),
    post('/two-factor/verify-otp', { code: 'xxxxxx' }, bySelf),
    post('/two-factor/verify-otp', { code: '{otp}' }, bySelf),
    get('/get-session', bySelf),
    post('/two-factor/send-otp', {}, { browser: 'stranger' }),
  ),
  scenario(
    'without a session',
    post('/two-factor/enable', { password }),
    post('/two-factor/verify-totp', { code: '1' }),
  ),
];

export const username: readonly Scenario[] = [
  scenario(
    'signs in by user name',
    post('/sign-up/email', { ...ADA, username: 'Ada.Lovelace' }),
    get('/get-session'),
    post('/sign-in/username', { username: 'ADA.lovelace', password }, bySelf),
    get('/get-session', bySelf),
    post('/sign-in/username', { username: 'ada.lovelace', password: 'wrong password' }),
    post('/sign-in/username', { username: 'nobody', password }),
    post('/sign-in/username', { username: 'a', password }),
    post('/sign-in/username', {
      username: 'ada.lovelace',
      password,
      rememberMe: false,
      callbackURL: '/there',
    }),
    post('/sign-in/username', {}),
    post('/is-username-available', { username: 'ada.lovelace' }),
    post('/is-username-available', { username: 'grace' }),
    post('/is-username-available', { username: '!' }),
  ),
  scenario(
    'sign-up and update check the name',
    post('/sign-up/email', { ...ADA, username: 'x' }),
    post('/sign-up/email', { ...ADA, username: 'ada lovelace' }),
    post('/sign-up/email', { ...ADA, displayUsername: 'Countess' }),
    get('/get-session'),
    post('/sign-up/email', { ...ADA, email: 'two@example.com', username: 'countess' }, bySelf),
    post('/sign-up/email', { ...ADA, email: 'two@example.com', username: 'grace' }, bySelf),
    post('/update-user', { username: 'COUNTESS' }, bySelf),
    post('/update-user', { username: 'Admiral' }, bySelf),
    get('/get-session', bySelf),
    post('/update-user', { username: 7 }, bySelf),
    post('/update-user', { displayUsername: 'The Admiral' }, bySelf),
    get('/get-session', bySelf),
  ),
];

export const magicLink: readonly Scenario[] = [
  scenario(
    'a mailed link signs in, and signs up',
    post('/sign-in/magic-link', { email, name: 'Ada', callbackURL: '/welcome' }),
    mails(1),
    follow('/api/auth/magic-link/verify?token=nothing&callbackURL=%2Fwelcome'),
    follow(),
    get('/get-session'),
    follow(),
    post('/sign-in/magic-link', { email: 'nobody' }),
    post('/sign-in/magic-link', { email, callbackURL: 'https://evil.example' }),
    rows('select email, is_email_verified from users'),
  ),
  scenario(
    'a banned user gets no session',
    signUp,
    sql('update users set banned = true'),
    post('/sign-in/magic-link', { email }, bySelf),
    mails(1),
    follow('{link}', bySelf),
    get('/get-session', bySelf),
    rows('select count(*)::int as count from sessions'),
  ),
];

export const emailOtp: readonly Scenario[] = [
  scenario(
    'a mailed code signs in',
    post('/email-otp/send-verification-otp', { email, type: 'sign-in' }),
    mails(1, { save: 'otp' }),
    post('/sign-in/email-otp', { email, otp: '0' }),
    post('/sign-in/email-otp', { email, otp: '{otp}', name: 'Ada' }),
    get('/get-session'),
    post('/sign-in/email-otp', { email, otp: '{otp}' }, bySelf),
  ),
  scenario(
    'a mailed code verifies the address and resets the password',
    signUp,
    post('/email-otp/send-verification-otp', { email, type: 'email-verification' }),
    mails(1, { save: 'otp' }),
    post('/email-otp/check-verification-otp', { email, otp: '{otp}', type: 'email-verification' }),
    post('/email-otp/verify-email', { email, otp: '{otp}' }),
    get('/get-session'),
    post('/email-otp/request-password-reset', { email }),
    mails(2, { save: 'otp' }),
    post('/email-otp/reset-password', { email, otp: '{otp}', password: 'a new password' }),
    post('/sign-in/email', { email, password }, bySelf),
    post('/sign-in/email', { email, password: 'a new password' }, bySelf),
    post('/email-otp/send-verification-otp', { email, type: 'nonsense' }),
  ),
];
