import { CALLBACK } from '../scenarios/plugins/oauth-provider.js';
import { createdGroup, created } from '../scenarios/plugins/scim.js';
import { oidc } from '../scenarios/plugins/sso.js';
import type { Side } from '../side.js';
import { post } from '../steps.js';
import type { World } from './run-sequence.js';
import { HASHES, populate } from './world.js';

/** The browsers of the core that matter here, a guest who signs in at a company, the server of a client, and a directory. */
export const IDENTITY_BROWSERS = [
  'ada',
  'bob',
  'guest',
  'client',
  'directory',
  'stranger',
  'expired',
] as const;

const ada = { browser: 'ada' };

/** What Ada and the directory have made before each sequence. */
const BEFORE = [
  post(
    '/oauth2/create-client',
    {
      client_name: 'Example',
      redirect_uris: [CALLBACK],
      post_logout_redirect_uris: ['https://client.example/left'],
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      scope: 'openid profile email offline_access',
    },
    { ...ada, save: { client: 'client_id', secret: 'client_secret' } },
  ),
  post('/sso/register', { ...oidc, providerId: 'acme' }, ada),
  created,
  createdGroup,
];

/** Empties the tables first, so only one sequence can run at a time. */
const EMPTY = `
  delete from users;
  delete from scim_groups;
  delete from scim_identity_tombstones;
  delete from oauth_clients;
  delete from sso_providers;
  delete from verifications`;

async function populateForIdentity(side: Side, server: keyof typeof HASHES, tag: string): Promise<void> {
  await side.database.query(EMPTY);
  await populate(side, server, { tag, cookie: 'better-auth.session_token' });
  for (const step of BEFORE) {
    const answer = await step.run(side);
    if (!answer || answer.status >= 300) throw new Error(`${step.label}: ${answer?.status} ${answer?.text}`);
  }
  await side.database.query('update oauth_clients set enable_end_session = true');
  for (const [name, value] of Object.entries({
    'directory-user': side.saved.get('userId') ?? '',
    'directory-group': side.saved.get('groupId') ?? '',
    'idp-origin': side.provider?.origin ?? '',
    callback: '/api/auth/ok',
    url: '',
    query: 'none',
    code: 'none',
    access: 'none',
    refresh: 'none',
    'id-token': 'none',
    consent: 'none',
    'made-client': 'none',
    'made-secret': 'none',
    'made-user': 'none',
    'made-group': 'none',
  }))
    side.saved.set(name, value);
}

const CODE = /[?&]code=([^&\s"]+)/;
const PAGE = /(?:consent|login)\?([^"\s]*)/;

/** The rows that a sequence leaves, without random values. */
const REMAINS: readonly string[] = [
  'select name, email, is_email_verified, image from users order by email',
  `select u.email, count(*)::int as count from sessions s join users u on u.id = s.user_id
   where s.expires_at > now() group by 1 order by 1`,
  `select u.email, a.provider_id, a.scope, a.password is null as without from accounts a join users u on u.id = a.user_id order by 1, 2`,
  `select u.email as owner, c.name, redirect_uris, scopes, contacts, grant_types, response_types, disabled, require_pkce, application_type,
          token_endpoint_auth_method, client_secret is null as public
   from oauth_clients c left join users u on u.id = c.user_id order by 1, 2, 3, 4, 5, 6, 8, 11`,
  `select u.email, c.name, t.scopes from oauth_consents t join users u on u.id = t.user_id
   join oauth_clients c on c.client_id = t.client_id order by 1, 2, 3`,
  ...['oauth_access_tokens', 'oauth_refresh_tokens'].map(
    (
      table,
    ) => `select u.email, c.name, t.scopes, t.revoked is not null as ended, t.session_id is null as apart,
        round(extract(epoch from t.expires_at - now()) / 60) as minutes
     from ${table} t left join users u on u.id = t.user_id join oauth_clients c on c.client_id = t.client_id order by 1, 2, 3, 4, 5`,
  ),
  `select u.email as owner, provider_id, issuer, domain, oidc_config
   from sso_providers p join users u on u.id = p.user_id order by 1, 2`,
  `select u.email, d.user_name, d.primary_email, d.display_name, d.formatted_name, d.given_name, d.family_name, d.serialized_emails,
          d.external_id, d.active from scim_users d left join users u on u.id = d.user_id order by d.user_name`,
  `select g.display_name, g.external_id, d.user_name from scim_groups g left join scim_group_members m on m.group_id = g.id
   left join scim_users d on d.id = m.scim_user_id order by 1, 2, 3`,
  'select connection_id, external_id from scim_identity_tombstones order by 1, 2',
  `select case when identifier ~ '^[A-Za-z0-9_-]+$' then 'random' else split_part(identifier, ':', 1) end as kind, count(*)::int as count
   from verifications where expires_at > now() group by 1 order by 1`,
];

/** Ada has a client and a company's provider, and a directory has a user and a group. */
export const IDENTITY_WORLD: World = {
  populate: populateForIdentity,
  remains: () => REMAINS,
  isRecipient: () => false,
  // `oauth_query` that is no text.
  knownFaults: /"code":"ERR_INVALID_TUPLE".*verifyOAuthQueryParams/,
  saved: {
    '/oauth2/create-client': { 'made-client': 'client_id', 'made-secret': 'client_secret' },
    '/oauth2/register': { 'made-client': 'client_id', 'made-secret': 'client_secret' },
    '/oauth2/authorize': { query: PAGE, code: CODE },
    '/oauth2/consent': { code: CODE },
    '/oauth2/continue': { code: CODE },
    '/oauth2/token': {
      access: /"access_token":"([^"]+)"/,
      refresh: /"refresh_token":"([^"]+)"/,
      'id-token': /"id_token":"([^"]+)"/,
    },
    '/oauth2/get-consents': { consent: /"id":"([^"]+)"/ },
    '/sign-in/sso': { url: /"url":"([^"]+)"/ },
    // A list names addresses too, but not in a header, which a space follows.
    '/scim/v2/Users': { 'made-user': /Users\/(\w+) / },
    '/scim/v2/Groups': { 'made-group': /Groups\/(\w+) / },
  },
};
