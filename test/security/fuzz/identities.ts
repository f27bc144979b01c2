import { createHmac } from 'node:crypto';
import { SECRET, type Gatehouse } from '../../setup/gatehouse.js';
import { mailsTo } from '../../setup/mails.js';
import { aMember, onAnotherDevice, type Member } from '../../setup/people.js';

/** Somebody who sends requests, by the headers that say who it is. */
export interface Identity {
  readonly headers: () => Readonly<Record<string, string>>;
}

/** The attackers of one round, and what they know. None of them is the victim. */
export interface Attackers {
  readonly identities: readonly Identity[];
  /** Those of them that have a session. */
  readonly members: readonly Identity[];
  readonly known: readonly string[];
}

const cookieOf = ({ cookies }: Member['client']) =>
  [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');

const WRONG_COOKIES = [
  '',
  '=',
  ';;;',
  'better-auth.session_token=%',
  'better-auth.session_token=.',
  'better-auth.session_data=eyJ9',
  'better-auth.state=x; better-auth.dont_remember=true',
  `better-auth.session_token=${'x'.repeat(6000)}`,
  Array.from({ length: 150 }, (_, n) => `better-auth.account_data.${n}=x`).join('; '),
];

const WRONG_TOKENS = [
  'x',
  '%00',
  '..',
  'eyJ.eyJ.x',
  'eyJhbGciOiJub25lIn0.e30.',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.AAAA',
  'x'.repeat(6000),
];

/** The signed form of a token that no session has. */
function signed(token: string): string {
  return encodeURIComponent(`${token}.${createHmac('sha256', SECRET).update(token).digest('base64')}`);
}

/** Signs new attackers up, because the requests of the last round may have deleted the others or ended their sessions. */
export async function newAttackers(gatehouse: Gatehouse, round: number): Promise<Attackers> {
  const changes = { name: 'Mallory', email: `mallory${round}@example.com` };
  const mallory = await aMember(gatehouse, changes);
  // With a second account, unlinking one is allowed.
  await gatehouse.database.query(
    `insert into accounts (id, user_id, provider_id, provider_user_id, created_at, updated_at)
     values ($1, $1, 'gitlab', $1, now(), now())`,
    [mallory.id],
  );
  const phone = await onAnotherDevice(gatehouse, mallory);
  const jwt = (await mallory.client.get('/api/auth/token')).json<{ token: string }>().token;
  await mallory.client.post('/api/auth/request-password-reset', { email: mallory.email, redirectTo: '/' });
  await mallory.client.post('/api/auth/send-verification-email', { email: mallory.email });
  const links = mailsTo(gatehouse, mallory.email).map(({ token }) => token);
  const bearer = (token: string) => ({ headers: () => ({ authorization: `Bearer ${token}` }) });
  const cookie = (text: string) => ({ headers: () => ({ cookie: text }) });
  const member = { headers: () => ({ cookie: cookieOf(mallory.client) }) };
  const members = [
    member,
    { headers: () => ({ cookie: cookieOf(phone.client) }) },
    bearer(mallory.token),
    bearer(jwt),
  ];
  return {
    members,
    identities: [
      { headers: () => ({}) },
      ...members,
      bearer(`${jwt.slice(0, -6)}AAAAAA`),
      cookie(`better-auth.session_token=${signed('a-token-that-no-session-has-12345')}`),
      cookie(`${cookieOf(mallory.client).slice(0, -8)}AAAAAAA%3D`),
      ...WRONG_COOKIES.map(cookie),
      ...WRONG_TOKENS.map(bearer),
    ],
    known: [mallory.email, mallory.id, mallory.token, mallory.password, phone.token, jwt, ...links],
  };
}
