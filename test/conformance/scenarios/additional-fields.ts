import type { OptionSet } from '../pair.js';
import { get, post, rows, scenario, type Scenario } from '../steps.js';
import { ADA, STORABLE_TYPES } from './values.js';

const USER_FIELDS = {
  nickname: { type: 'string', required: true },
  locale: { type: 'string', required: false, defaultValue: 'en' },
  role: { type: 'string', required: false, input: false, defaultValue: 'member' },
  note: { type: 'string', required: false, returned: false },
  score: { type: 'number', required: false },
  admin: { type: 'boolean', required: false, defaultValue: false },
};
const SESSION_FIELDS = {
  device: { type: 'string', required: false, defaultValue: 'unknown' },
  risk: { type: 'number', required: false, input: false },
};

export const ADDITIONAL_FIELDS: OptionSet = {
  options: { user: { additionalFields: USER_FIELDS }, session: { additionalFields: SESSION_FIELDS } },
  variables: {
    USER_ADDITIONAL_FIELDS: JSON.stringify(USER_FIELDS),
    SESSION_ADDITIONAL_FIELDS: JSON.stringify(SESSION_FIELDS),
  },
  additionalFields: true,
};

const BERTHA = { ...ADA, nickname: 'Bertha' };
const users = rows('select name, nickname, locale, role, note, score, admin from users');
const sessions = rows('select device, risk from sessions order by created_at');

export const additionalFields: readonly Scenario[] = [
  scenario(
    'sign-up stores given fields and defaults, and hides fields with returned: false',
    post('/sign-up/email', { ...BERTHA, note: 'secret', score: 5, other: 1 }),
    users,
    sessions,
    get('/get-session'),
    get('/list-sessions'),
    post('/sign-in/email', ADA),
    get('/token'),
  ),
  scenario(
    'sign-up without a required field',
    post('/sign-up/email', ADA),
    post('/sign-up/email', { ...ADA, nickname: null }),
    users,
  ),
  scenario(
    'fields with input: false cannot be set',
    post('/sign-up/email', { ...BERTHA, role: 'admin' }),
    users,
    post('/update-user', { role: 'admin' }),
    post('/update-user', { role: '' }),
    post('/update-user', { role: null, nickname: 'B' }),
    users,
    post('/update-session', { risk: 9 }),
    post('/update-session', { risk: 0 }),
    sessions,
  ),
  scenario(
    'update-user and update-session change fields',
    post('/sign-up/email', BERTHA),
    post('/update-user', { nickname: 'B', locale: 'de', note: 'n', score: 7, admin: true }),
    get('/get-session'),
    post('/update-session', { device: 'phone' }),
    get('/get-session'),
    post('/update-session', {}),
    post('/update-session', { other: 1, token: 'x', userId: 'y', expiresAt: 'z' }),
    users,
    sessions,
  ),
  ...['nickname', 'locale', 'note'].map((field) =>
    scenario(
      `${field} of a wrong type`,
      ...STORABLE_TYPES.flatMap(([, value], index) => [
        post(
          '/sign-up/email',
          { ...BERTHA, email: `ada${index}@example.com`, [field]: value },
          { browser: `b${index}` },
        ),
      ]),
      rows(`select email, ${field} from users order by email`),
    ),
  ),
  ...['nickname', 'locale', 'note', 'score', 'admin'].map((field) =>
    scenario(
      `${field} changed to a wrong type`,
      post('/sign-up/email', BERTHA),
      ...STORABLE_TYPES.filter(([, value]) => field !== 'score' || value !== '').flatMap(([, value]) => [
        post('/update-user', { [field]: value }),
        rows(`select ${field} from users`),
      ]),
    ),
  ),
  scenario(
    'device of a wrong type',
    post('/sign-up/email', BERTHA),
    ...STORABLE_TYPES.flatMap(([, value]) => [post('/update-session', { device: value }), sessions]),
  ),
];
