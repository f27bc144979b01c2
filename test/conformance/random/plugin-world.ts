import { createHash } from 'node:crypto';
import { encrypt } from '../../../src/crypto/symmetric-encryption.js';
import { SECRET } from '../../setup/gatehouse.js';
import type { Side } from '../side.js';
import { signed } from '../steps.js';
import type { World } from './run-sequence.js';
import { codeOf } from '../totp.js';
import { ago, HASHES, populate, sessionRow, verificationRow } from './world.js';

const COOKIE = 'better-auth.session_token';

/** Every code that the world contains. */
export const CODE = '123456';
const BACKUP_CODE = 'AAAAA-BBBBB';
const TOTP_SECRET = 'a secret of thirty-two letters ..';
const API_KEY = 'k'.repeat(64);

/**
 * Browsers of the core, and besides them: an administrator, a guest, a user with a second factor, the same user before the
 * second factor, and an owner of another organization.
 */
export const PLUGIN_BROWSERS = [
  'ada',
  'bob',
  'root',
  'guest',
  'tess',
  'half',
  'carol',
  'stranger',
  'old',
  'expired',
  'unknown',
] as const;

/**
 * Empties both databases and inserts the world of the core with rows of every plugin. Everything belongs to one sequence, so
 * only one sequence can run at a time.
 */
async function populateForPlugins(side: Side, server: keyof typeof HASHES, tag: string): Promise<void> {
  await side.database.query(EMPTY);
  await populate(side, server, { tag, cookie: COOKIE });
  const id = (name: string) => (name + tag).padEnd(32, '0');
  const address = (name: string) => `${name}.${tag}@example.com`;
  const [ada, bob] = [id('UserAda'), id('UserBob')];
  const others = ['Root', 'Guest', 'Tess', 'Carol'] as const;
  const until = (left: string) => `now() + interval '${left}'`;
  await side.database.query(`
    update users set username = 'ada_${tag}', display_username = 'Ada_${tag}', role = 'user',
                     phone_number = '+1555${digits(tag)}1', phone_number_verified = true where id = '${ada}';
    update users set username = 'bob_${tag}', display_username = 'bob_${tag}', role = 'user',
                     phone_number = '+1555${digits(tag)}2' where id = '${bob}';
    insert into users (id, name, email, is_email_verified, created_at, updated_at, role, is_anonymous, two_factor_enabled)
    values ${others
      .map(
        (name) => `('${id(`User${name}`)}', '${name}', '${address(name.toLowerCase())}', ${name !== 'Guest'},
          ${ago('1 hour')}, ${ago('1 hour')}, '${name === 'Root' ? 'admin' : 'user'}', ${name === 'Guest'}, ${name === 'Tess'})`,
      )
      .join(',\n')};
    insert into accounts (id, user_id, provider_id, provider_user_id, password, created_at, updated_at)
    values ${['Root', 'Tess', 'Carol']
      .map(
        (name) =>
          `('${id(`Account${name}`)}', '${id(`User${name}`)}', 'credential', '${id(`User${name}`)}', '${HASHES[server]}', now(), now())`,
      )
      .join(',\n')};
    insert into sessions (id, user_id, token, expires_at, created_at, updated_at, ip_address, user_agent)
    values ${others
      .map((name) =>
        sessionRow(id(`Session${name}`), id(`User${name}`), id(`Token${name}`), '1 hour', '6 days 23 hours'),
      )
      .join(',\n')};
    insert into organizations (id, name, slug, created_at)
    values ('${id('OrgAcme')}', 'Acme', 'acme-${tag}', now()), ('${id('OrgRival')}', 'Rival', 'rival-${tag}', now());
    insert into members (id, organization_id, user_id, role, created_at)
    values ('${id('MemberAda')}', '${id('OrgAcme')}', '${ada}', 'owner', ${ago('3 minutes')}),
           ('${id('MemberBob')}', '${id('OrgAcme')}', '${bob}', 'member', ${ago('2 minutes')}),
           ('${id('MemberCarol')}', '${id('OrgRival')}', '${id('UserCarol')}', 'owner', ${ago('1 minute')});
    insert into teams (id, name, organization_id, created_at, member_count)
    values ('${id('TeamKernel')}', 'Kernel', '${id('OrgAcme')}', ${ago('2 minutes')}, 1),
           ('${id('TeamUser')}', 'User land', '${id('OrgAcme')}', ${ago('1 minute')}, 0),
           ('${id('TeamRival')}', 'Rivals', '${id('OrgRival')}', now(), 0);
    insert into team_members (id, team_id, user_id, membership_key, created_at)
    values ('${id('TeamMember')}', '${id('TeamKernel')}', '${bob}', '${membershipKey(id('TeamKernel'), bob)}', now());
    insert into organization_roles (id, organization_id, role, permission, created_at)
    values ('${id('RoleAuditor')}', '${id('OrgAcme')}', 'auditor', '{"member":["update"]}', now());
    insert into invitations (id, organization_id, email, role, status, expires_at, created_at, inviter_id)
    values ('${id('InviteTess')}', '${id('OrgAcme')}', '${address('tess')}', 'member', 'pending', ${until('1 day')}, now(), '${ada}'),
           ('${id('InviteBob')}', '${id('OrgRival')}', '${address('bob')}', 'admin', 'pending', ${until('1 day')}, now(), '${id('UserCarol')}'),
           ('${id('InviteLate')}', '${id('OrgRival')}', '${address('bob')}', 'member', 'pending', ${until('-1 day')}, now(), '${id('UserCarol')}');
    update sessions set active_organization_id = '${id('OrgAcme')}' where id in ('${id('SessionAda')}', '${id('SessionBob')}');
    insert into two_factors (id, user_id, secret, backup_codes, verified)
    values ('${id('Factor')}', '${id('UserTess')}', '${sealed(TOTP_SECRET)}',
            '${sealed(JSON.stringify([BACKUP_CODE, 'CCCCC-DDDDD']))}', true);
    insert into passkeys (id, name, public_key, user_id, credential_id, counter, device_type, backed_up, created_at)
    values ('${id('KeyAda')}', 'Phone', 'AAAA', '${ada}', '${id('CredentialAda')}', 0, 'singleDevice', false, now()),
           ('${id('KeyBob')}', 'Phone', 'AAAA', '${bob}', '${id('CredentialBob')}', 0, 'singleDevice', false, now());
    insert into api_keys (id, config_id, name, start, reference_id, key, enabled, rate_limit_enabled, request_count,
                          created_at, updated_at, expires_at)
    values ('${id('ApiAda')}', 'default', 'ci', 'kkkkkk', '${ada}', '${hashed(API_KEY)}', true, false, 0, now(), now(), null),
           ('${id('ApiBob')}', 'default', 'ci', 'kkkkkk', '${bob}', '${hashed(`${API_KEY}b`)}', true, false, 0, now(), now(), null);
    insert into device_codes (id, device_code, user_code, user_id, expires_at, status, polling_interval, client_id)
    values ('${id('DeviceNew')}', '${id('DeviceNew')}', 'NEWCODE1', null, ${until('30 minutes')}, 'pending', 5000, 'tv'),
           ('${id('DeviceYes')}', '${id('DeviceYes')}', 'YESCODE1', '${ada}', ${until('30 minutes')}, 'approved', 5000, 'tv'),
           ('${id('DeviceOld')}', '${id('DeviceOld')}', 'OLDCODE1', null, ${until('-1 minute')}, 'pending', 5000, 'tv');
    insert into verifications (id, identifier, value, expires_at, created_at, updated_at)
    values ${verifications({ id, address, tag }).join(',\n')}`);
  for (const [name, value] of Object.entries({
    root: address('root'),
    guest: address('guest'),
    tess: address('tess'),
    carol: address('carol'),
    'id-ada': ada,
    'id-bob': bob,
    'id-root': id('UserRoot'),
    'id-guest': id('UserGuest'),
    'id-tess': id('UserTess'),
    'id-carol': id('UserCarol'),
    'token-root': id('TokenRoot'),
    'token-tess': id('TokenTess'),
    org: id('OrgAcme'),
    rival: id('OrgRival'),
    'member-ada': id('MemberAda'),
    'member-bob': id('MemberBob'),
    'member-carol': id('MemberCarol'),
    team: id('TeamKernel'),
    'team-other': id('TeamUser'),
    'team-rival': id('TeamRival'),
    'invite-tess': id('InviteTess'),
    'invite-bob': id('InviteBob'),
    'invite-late': id('InviteLate'),
    auditor: id('RoleAuditor'),
    'passkey-ada': id('KeyAda'),
    'passkey-bob': id('KeyBob'),
    'key-ada': id('ApiAda'),
    'key-bob': id('ApiBob'),
    key: API_KEY,
    'device-new': id('DeviceNew'),
    'device-yes': id('DeviceYes'),
    'device-old': id('DeviceOld'),
    magic: id('Magic'),
    'magic-new': id('MagicNew'),
    'magic-late': id('MagicLate'),
    ott: id('OneTime'),
    'ott-late': id('OneTimeLate'),
    'phone-ada': `+1555${digits(tag)}1`,
    'phone-bob': `+1555${digits(tag)}2`,
    'phone-new': `+1555${digits(tag)}3`,
    totp: codeOf(Buffer.from(TOTP_SECRET)),
    backup: BACKUP_CODE,
    // A step that waits for messages replaces it by the last code.
    code: CODE,
    'made-org': 'none',
    'made-invitation': 'none',
    'made-member': 'none',
    'made-team': 'none',
    'made-ott': 'none',
    'made-device': 'none',
    'made-user-code': 'NONECODE',
    'made-key': 'none',
  }))
    side.saved.set(name, value);
  holdCookies(side, id);
}

function holdCookies(side: Side, id: (name: string) => string): void {
  const hold = (browser: string, name: string, value: string) =>
    side.cookies(browser).set(name, encodeURIComponent(signed(value)));
  for (const name of ['Root', 'Guest', 'Tess', 'Carol']) hold(name.toLowerCase(), COOKIE, id(`Token${name}`));
  hold('half', 'better-auth.two_factor', `2fa-${id('Half').slice(0, 20)}`);
  for (const name of ['Ada', 'Bob'])
    hold('ada', `${COOKIE}_multi-${id(`Token${name}`).toLowerCase()}`, id(`Token${name}`));
}

interface Names {
  readonly id: (name: string) => string;
  readonly address: (name: string) => string;
  readonly tag: string;
}

/** Codes and tokens of every plugin that keeps them in `verifications`, some of them expired. */
function verifications({ id, address, tag }: Names): string[] {
  const half = `2fa-${id('Half').slice(0, 20)}`;
  const mailed = (type: string, name: string) => [`${type}-otp-${address(name)}`, `${CODE}:0`] as const;
  const magic = (name: string) => JSON.stringify({ type: 'magic-link', email: address(name), name: 'Magic' });
  const rows: readonly (readonly [identifier: string, value: string, left?: string])[] = [
    mailed('sign-in', 'ada'),
    mailed('sign-in', 'new'),
    [`sign-in-otp-${address('bob')}`, `${CODE}:0`, '-1 minute'],
    mailed('email-verification', 'ada'),
    mailed('forget-password', 'ada'),
    [`change-email-otp-${id('UserAda')}:${address('newer')}`, `${CODE}:0`],
    [`phone-number-otp-+1555${digits(tag)}1`, `${CODE}:0`],
    [`phone-number-otp-+1555${digits(tag)}3`, `${CODE}:0`],
    [`phone-number-reset-+1555${digits(tag)}1`, `${CODE}:0`],
    [`phone-number-otp-+1555${digits(tag)}2`, `${CODE}:0`, '-1 minute'],
    [`magic-link:${id('Magic')}`, magic('ada')],
    [`magic-link:${id('MagicNew')}`, magic('new')],
    [`magic-link:${id('MagicLate')}`, magic('ada'), '-1 minute'],
    [`one-time-token:${id('OneTime')}`, id('TokenAda')],
    [`one-time-token:${id('OneTimeLate')}`, id('TokenAda'), '-1 minute'],
    [half, id('UserTess')],
    [`2fa-attempts-${half}`, '0'],
    [`2fa-otp-${half}`, `${CODE}:0`],
  ];
  return rows.map(([identifier, value, left = '1 hour'], index) =>
    verificationRow(id(`Verify${index}y`), identifier, value, left),
  );
}

const EMPTY = `
  delete from users;
  delete from api_keys;
  delete from organizations;
  delete from device_codes;
  delete from verifications`;

/** The tag as a number of six digits. */
const digits = (tag: string) => tag.replaceAll(/\D/g, '').padStart(6, '0');

const sealed = (text: string) => encrypt(text, { current: { version: 1, value: SECRET }, versioned: false });

const hashed = (key: string) => createHash('sha256').update(key).digest('base64url');

const membershipKey = (team: string, user: string) => hashed(JSON.stringify([team, user]));

/** The rows that a sequence leaves. Only its own are there. */
const REMAINS: readonly string[] = [
  `select name, email, is_email_verified, image, role, banned, ban_reason, round(extract(epoch from ban_expires - now()) / 60) as ban,
          two_factor_enabled, username, display_username, phone_number, phone_number_verified, is_anonymous
   from users where email not like '%.invalid' order by email`,
  `select count(*)::int as guests from users where email like '%.invalid'`,
  `select u.email, round(extract(epoch from s.expires_at - now()) / 60) as minutes, s.user_agent, i.email as by, o.slug, t.name as team
   from sessions s join users u on u.id = s.user_id left join users i on i.id = s.impersonated_by
   left join organizations o on o.id = s.active_organization_id left join teams t on t.id = s.active_team_id
   where u.email not like '%.invalid' and s.expires_at > now() order by 1, 2, 3, 4, 5, 6`,
  `select o.slug, o.name, o.logo, o.metadata, u.email, m.role from organizations o left join members m on m.organization_id = o.id
   left join users u on u.id = m.user_id order by 1, 5`,
  `select o.slug, t.name, t.member_count, u.email from teams t join organizations o on o.id = t.organization_id
   left join team_members m on m.team_id = t.id left join users u on u.id = m.user_id order by 1, 2, 4`,
  `select o.slug, r.role, r.permission from organization_roles r join organizations o on o.id = r.organization_id order by 1, 2`,
  `select o.slug, i.email, i.role, i.status, i.team_id is null as whole from invitations i
   join organizations o on o.id = i.organization_id order by 1, 2, 3, 4, 5`,
  `select u.email, k.name, k.prefix, k.enabled, k.remaining, k.metadata, k.permissions, round(extract(epoch from k.expires_at - now()) / 60) as minutes
   from api_keys k left join users u on u.id = k.reference_id order by 1, 2, 3, 4, 5, 6, 7, 8`,
  `select u.email, p.name from passkeys p join users u on u.id = p.user_id order by 1, 2`,
  `select u.email, f.verified, f.failed_verification_count, f.locked_until is null as open from two_factors f join users u on u.id = f.user_id order by 1`,
  `select status, client_id, scope, count(*)::int as count from device_codes group by 1, 2, 3 order by 1, 2, 3`,
  `select a.provider_id, u.email, a.password is null as without from accounts a join users u on u.id = a.user_id order by 1, 2`,
  `select case when identifier ~ '^[A-Za-z0-9_-]{32}$' then 'challenge' else split_part(translate(identifier, ':', '-'), '-', 1) end as kind, count(*)::int as count from verifications
   where expires_at > now() group by 1 order by 1`,
];

/** Empties the tables first, so only one sequence can run at a time. */
export const PLUGIN_WORLD: World = {
  populate: populateForPlugins,
  remains: () => REMAINS,
  isRecipient: (to, tag) => to.includes(`.${tag}@`) || to.startsWith('+'),
  saved: {
    '/organization/create': { 'made-org': 'id' },
    '/organization/invite-member': { 'made-invitation': 'id' },
    '/organization/accept-invitation': { 'made-member': 'member.id' },
    '/organization/create-team': { 'made-team': 'id' },
    '/one-time-token/generate': { 'made-ott': 'token' },
    '/device/code': { 'made-device': 'device_code', 'made-user-code': 'user_code' },
    '/api-key/create': { 'made-key': 'id', key: 'key' },
    '/two-factor/generate-backup-codes': { backup: 'backupCodes.0' },
  },
};
