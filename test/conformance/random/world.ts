import { createHash } from 'node:crypto';
import bcrypt from 'bcrypt';
import { signEmailToken, type EmailTokenClaims } from '../../../src/crypto/email-token.js';
import { SECRET } from '../../setup/gatehouse.js';
import type { Side } from '../side.js';
import { signed } from '../steps.js';
import type { World } from './run-sequence.js';

export const PASSWORD = 'correct horse battery';

/** The hash of `PASSWORD` in the format of each server. */
export const HASHES = {
  oracle: createHash('sha256').update(PASSWORD).digest('hex'),
  gatehouse: bcrypt.hashSync(PASSWORD, 10),
};

/** Browsers with different session cookies. A random request comes from one of them. */
export const BROWSERS = ['ada', 'old', 'bob', 'brief', 'expired', 'forged', 'unknown', 'stranger'] as const;

/**
 * Inserts two users with sessions in every state and tokens of every kind. All names contain the tag of the sequence, so
 * that many sequences can run at the same time. Saves the values that requests write in braces.
 * @param tag letters and digits, at most 16
 * @param cookie the name of the session cookie
 */
export async function populate(
  side: Side,
  server: keyof typeof HASHES,
  { tag, cookie }: { readonly tag: string; readonly cookie: string },
): Promise<void> {
  const id = (name: string) => (name + tag).padEnd(32, '0');
  const address = (name: string) => `${name}.${tag}@example.com`;
  const users = { ada: id('UserAda'), bob: id('UserBob') };
  const tokens = {
    ada: id('TokenAda'),
    old: id('TokenOld'),
    bob: id('TokenBob'),
    expired: id('TokenExpired'),
  };
  await side.database.query(`
    insert into users (id, name, email, is_email_verified, created_at, updated_at)
    values ('${users.ada}', 'Ada', '${address('ada')}', false, ${ago('1 hour')}, ${ago('1 hour')}),
           ('${users.bob}', 'Bob', '${address('bob')}', true, ${ago('1 hour')}, ${ago('1 hour')});
    insert into accounts (id, user_id, provider_id, provider_user_id, password, created_at, updated_at)
    values ('${id('AccountAda')}', '${users.ada}', 'credential', '${users.ada}', '${HASHES[server]}', now(), now()),
           ('${id('AccountBob')}', '${users.bob}', 'credential', '${users.bob}', '${HASHES[server]}', now(), now());
    insert into sessions (id, user_id, token, expires_at, created_at, updated_at, ip_address, user_agent)
    values ${[
      sessionRow(id('SessionAda'), users.ada, tokens.ada, '1 hour', '6 days 23 hours'),
      sessionRow(id('SessionOld'), users.ada, tokens.old, '3 days', '4 days'),
      sessionRow(id('SessionBob'), users.bob, tokens.bob, '1 hour', '6 days 23 hours'),
      sessionRow(id('SessionExpired'), users.ada, tokens.expired, '8 days', '-1 days'),
    ].join(',\n')};
    insert into verifications (id, identifier, value, expires_at, created_at, updated_at)
    values ${[
      verificationRow(id('VerifyReset'), `reset-password:${id('Reset')}`, users.ada, '1 hour'),
      verificationRow(id('VerifyLate'), `reset-password:${id('ResetLate')}`, users.ada, '-1 hour'),
      verificationRow(id('VerifyDelete'), `delete-account-${id('Delete')}`, users.ada, '1 hour'),
    ].join(',\n')}`);
  for (const [name, value] of Object.entries({
    tag,
    ada: address('ada'),
    bob: address('bob'),
    new: address('new'),
    newer: address('newer'),
    cookie,
    signed: signed(tokens.ada),
    encoded: encodeURIComponent(signed(tokens.ada)),
    token: tokens.ada,
    'token-old': tokens.old,
    'token-bob': tokens.bob,
    reset: id('Reset'),
    'reset-late': id('ResetLate'),
    delete: id('Delete'),
    link: '/api/auth/ok',
    'link-token': 'none',
    ...emailTokens(address, users.ada),
  }))
    side.saved.set(name, value);
  const hold = (browser: (typeof BROWSERS)[number], token: string) =>
    side.cookies(browser).set(cookie, encodeURIComponent(token));
  for (const browser of ['ada', 'old', 'bob', 'expired'] as const) hold(browser, signed(tokens[browser]));
  hold('brief', signed(tokens.ada));
  side
    .cookies('brief')
    .set(cookie.replace('session_token', 'dont_remember'), encodeURIComponent(signed('true')));
  hold('forged', `${tokens.ada}.${signed(tokens.bob).split('.')[1]}`);
  hold('unknown', signed(id('Nobody')));
}

export const ago = (interval: string) => `now() - interval '${interval}'`;

export const sessionRow = (id: string, user: string, token: string, age: string, left: string) =>
  `('${id}', '${user}', '${token}', now() + interval '${left}', ${ago(age)}, ${ago(age)}, '', 'test')`;

export const verificationRow = (id: string, identifier: string, value: string, left: string) =>
  `('${id}', '${identifier}', '${value}', now() + interval '${left}', now(), now())`;

/** Valid and invalid tokens for `verify-email`. */
function emailTokens(address: (name: string) => string, userId: string): Record<string, string> {
  const email = address('ada');
  const sign = (claims: Partial<EmailTokenClaims>, secret = SECRET, expiresIn = 3600) =>
    signEmailToken({ email, ...claims }, secret, expiresIn);
  const change = { updateTo: address('new'), userId };
  return {
    verify: sign({}),
    'verify-late': sign({}, SECRET, -60),
    'verify-forged': sign({}, 'another secret that is long enough as well'),
    'verify-nobody': sign({ email: address('nobody') }),
    confirm: sign({ ...change, requestType: 'change-email-confirmation' }),
    change: sign({ ...change, requestType: 'change-email-verification' }),
    'change-taken': sign({ ...change, updateTo: address('bob'), requestType: 'change-email-verification' }),
    'change-unnamed': sign({ updateTo: address('new'), requestType: 'change-email-verification' }),
    'change-legacy': sign({ updateTo: address('new') }),
  };
}

/** Queries for the rows that a sequence leaves, without random values and without expired rows. */
const remains = (tag: string): readonly string[] => [
  `select name, email, is_email_verified, email_verified is null as unset, image,
          updated_at > ${ago('30 minutes')} as touched
   from users where email like '%.${tag}@%' order by email`,
  `select u.email, round(extract(epoch from s.expires_at - now()) / 60) as minutes, s.ip_address, s.user_agent
   from sessions s join users u on u.id = s.user_id 
   where u.email like '%.${tag}@%' and s.expires_at > now() order by 1, 2, 3, 4`,
  `select u.email, a.provider_id, a.provider_user_id = u.id as own, a.password is null as without
   from accounts a join users u on u.id = a.user_id where u.email like '%.${tag}@%' order by 1, 2`,
  `select u.email, count(*), round(extract(epoch from v.expires_at - now()) / 60) as minutes
   from verifications v join users u on u.id = v.value
   where u.email like '%.${tag}@%' and v.expires_at > now() group by 1, 3 order by 1, 3`,
];

/** @param cookie the name of the session cookie */
export const worldOf = (cookie: string): World => ({
  populate: (side, server, tag) => populate(side, server, { tag, cookie }),
  remains,
  isRecipient: (to, tag) => to.includes(`.${tag}@`),
  saved: {},
});
