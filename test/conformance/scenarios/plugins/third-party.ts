import { get, post, rows, scenario, type Scenario } from '../../steps.js';
import { ADA } from '../values.js';

const french = { headers: { 'accept-language': 'fr' } };
const people = rows('select email, normalized_email from users order by email');

/** better-auth-harmony */
export const harmony: readonly Scenario[] = [
  scenario(
    'two spellings of one mailbox are one user',
    post('/sign-up/email', { ...ADA, email: 'Ada.Lovelace+news@googlemail.com' }),
    people,
    post('/sign-up/email', { ...ADA, email: 'adalovelace@gmail.com' }, { browser: 'other' }),
    post('/sign-in/email', { email: 'adalovelace@gmail.com', password: ADA.password }, { browser: 'other' }),
    post('/sign-in/email', { email: 'a.dalovelace@gmail.com', password: 'wrong password' }),
    post('/request-password-reset', { email: 'adalovelace@gmail.com', redirectTo: '/reset' }),
    get('/get-session', { browser: 'other' }),
    post('/update-user', { name: 'Countess' }),
    people,
  ),
  scenario(
    'a mailbox that is thrown away gets no account',
    post('/sign-up/email', { ...ADA, email: 'ada@mailinator.com' }),
    post('/sign-up/email', { ...ADA, email: 'no e-mail' }),
    post('/sign-in/email', { email: 'ada@mailinator.com', password: ADA.password }),
    post('/sign-up/email', ADA),
    post('/change-email', { newEmail: 'ada@mailinator.com' }),
    post('/sign-up/email', { ...ADA, email: 'b@example.com', normalizedEmail: 'c@example.com' }),
    post('/update-user', { normalizedEmail: 'c@example.com' }),
    people,
  ),
];

/** better-auth-localization */
export const localization: readonly Scenario[] = [
  scenario(
    'errors are in French',
    post('/sign-up/email', ADA),
    post('/sign-in/email', { email: ADA.email, password: 'wrong password' }),
    post('/sign-in/email', { email: ADA.email, password: 'wrong password' }, french),
    post('/sign-up/email', ADA, french),
    post('/sign-up/email', { ...ADA, email: 'b@example.com', password: 'short' }, french),
    post('/sign-in/email', {}, french),
    post('/change-password', { currentPassword: 'wrong password', newPassword: 'a new password' }, french),
    post('/reset-password', { token: 'none', newPassword: 'a new password' }, french),
    get('/list-sessions', { ...french, browser: 'other' }),
  ),
];

const join = (email: string, more: object = {}) => post('/waitlist/join', { email, ...more });

/** better-auth-waitlist */
export const waitlist: readonly Scenario[] = [
  scenario(
    'people wait until somebody admits them',
    post('/waitlist/join', { email: 'one@example.com' }, { save: { one: 'id' } }),
    join('one@example.com'),
    join('two@elsewhere.example'),
    join('two@example.com'),
    join('three@example.com'),
    post('/waitlist/join', {}),
    get('/waitlist/request/check-status?email=one@example.com'),
    get('/waitlist/request/check-status?email=none@example.com'),
    get('/waitlist/list'),
    post('/sign-up/email', { ...ADA, email: 'grace@example.com' }, { browser: 'grace' }),
    get('/waitlist/list', { browser: 'grace' }),
    post('/sign-up/email', ADA),
    get('/waitlist/list?sortBy=requestedAt&direction=asc&limit=1&page=2'),
    get('/waitlist/list?status=pending'),
    get('/waitlist/list?status=unknown'),
    get('/waitlist/request/find?id={one}'),
    get('/waitlist/request/find?id=unknown'),
    post('/waitlist/request/approve', { id: '{one}' }),
    post('/waitlist/request/reject', { id: '{one}' }),
    get('/waitlist/request/check-status?email=one@example.com'),
    rows(
      `select w.email, status, requested_at is not null as asked, processed_at is not null as done, u.email as by
         from waitlists w left join users u on u.id = w.processed_by order by 1`,
    ),
  ),
];
