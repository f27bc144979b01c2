import { CLIENT } from '../openid/certified-provider.js';
import type { OpenIdProvider } from '../openid/openid-provider.js';
import { tokensFor } from '../openid/tokens.js';
import type { Answer } from '../setup/browser-like-client.js';
import type { TestDatabase } from '../setup/database.js';
import type { Gatehouse } from '../setup/gatehouse.js';
import { aMember, type Member } from '../setup/people.js';

/** A server with `gitlab`, which points to the tests' provider, and `vercel`, which cannot refresh. */
export interface LinkingServers {
  readonly database: TestDatabase;
  readonly linking: Gatehouse;
  readonly provider: OpenIdProvider;
}

type Recipe = () => Promise<Answer>;

export const linkingVariables = ({ origin }: OpenIdProvider): Record<string, string> => ({
  GITLAB_CLIENT_ID: CLIENT.id,
  GITLAB_CLIENT_SECRET: CLIENT.secret,
  GITLAB_ISSUER: origin,
  VERCEL_CLIENT_ID: CLIENT.id,
  VERCEL_CLIENT_SECRET: CLIENT.secret,
});

let count = 0;

/** Signs up a user and links a provider's account to it. `accountId` is the id of that account. */
async function linkedMember(
  { database, linking, provider }: LinkingServers,
  { providerId = 'gitlab', accessToken, refreshToken, life = 3600 }: LinkedAs = {},
): Promise<Member & { accountId: string }> {
  const member = await aMember(linking);
  const tokens = await tokensFor(provider, 'verified');
  count += 1;
  const accountId = `linked${count}`;
  await database.query(
    `insert into accounts (id, user_id, provider_id, provider_user_id, access_token, refresh_token, id_token, scope,
                           access_token_expires_at, created_at, updated_at)
     values ($1, $2, $3, $1, $4, $5, $6, 'openid,email', now() + $7 * interval '1 second', now(), now())`,
    [
      accountId,
      member.id,
      providerId,
      accessToken === undefined ? tokens.access_token : accessToken,
      refreshToken === undefined ? tokens.refresh_token : refreshToken,
      tokens.id_token,
      life,
    ],
  );
  return { ...member, accountId };
}

interface LinkedAs {
  readonly providerId?: string;
  readonly accessToken?: string | null;
  readonly refreshToken?: string | null;
  /** Seconds until the access token expires. */
  readonly life?: number;
}

/** Requests that provoke the errors of the routes for linked accounts, by route and code. */
export function tokenRecipes(servers: LinkingServers): Record<string, Record<string, Recipe>> {
  const { linking, database } = servers;
  const ask = (path: string, { client }: Member, accountId: string) =>
    path === 'account-info'
      ? client.get(`/api/auth/${path}?accountId=${accountId}`)
      : client.post(`/api/auth/${path}`, { accountId });
  const unknown =
    (path: string): Recipe =>
    async () =>
      ask(path, await linkedMember(servers), 'unknown');
  const withPassword =
    (path: string): Recipe =>
    async () => {
      const member = await aMember(linking);
      const [account] = await database.query<{ id: string }>('select id from accounts where user_id = $1', [
        member.id,
      ]);
      return ask(path, member, account?.id ?? '');
    };
  const linkedAs =
    (path: string, as: LinkedAs): Recipe =>
    async () => {
      const member = await linkedMember(servers, as);
      return ask(path, member, member.accountId);
    };
  const refused = { refreshToken: 'not one of yours', life: -60 };
  return {
    'POST /api/auth/unlink-account': {
      FAILED_TO_UNLINK_LAST_ACCOUNT: withPassword('unlink-account'),
      ACCOUNT_NOT_FOUND: unknown('unlink-account'),
    },
    'POST /api/auth/get-access-token': {
      ACCOUNT_NOT_FOUND: unknown('get-access-token'),
      PROVIDER_NOT_SUPPORTED: withPassword('get-access-token'),
      FAILED_TO_GET_ACCESS_TOKEN: linkedAs('get-access-token', refused),
    },
    'POST /api/auth/refresh-token': {
      ACCOUNT_NOT_FOUND: unknown('refresh-token'),
      PROVIDER_NOT_SUPPORTED: withPassword('refresh-token'),
      TOKEN_REFRESH_NOT_SUPPORTED: linkedAs('refresh-token', { providerId: 'vercel' }),
      REFRESH_TOKEN_NOT_FOUND: linkedAs('refresh-token', { refreshToken: null }),
      FAILED_TO_REFRESH_ACCESS_TOKEN: linkedAs('refresh-token', refused),
    },
    'GET /api/auth/account-info': {
      VALIDATION_ERROR: async () => (await aMember(linking)).client.get('/api/auth/account-info'),
      ACCOUNT_NOT_FOUND: unknown('account-info'),
      PROVIDER_NOT_CONFIGURED: withPassword('account-info'),
      FAILED_TO_GET_ACCESS_TOKEN: linkedAs('account-info', refused),
      ACCESS_TOKEN_NOT_FOUND: linkedAs('account-info', { accessToken: null }),
      FAILED_TO_GET_USER_INFO: linkedAs('account-info', { accessToken: 'not one of yours' }),
    },
  };
}

/** Successful requests to these routes, by route. */
export function tokenSuccesses(servers: LinkingServers): Record<string, Recipe> {
  const posted =
    (path: string): Recipe =>
    async () => {
      const { client, accountId } = await linkedMember(servers);
      return client.post(`/api/auth/${path}`, { accountId });
    };
  return {
    'POST /api/auth/unlink-account': posted('unlink-account'),
    'POST /api/auth/get-access-token': posted('get-access-token'),
    'POST /api/auth/refresh-token': posted('refresh-token'),
    'GET /api/auth/account-info': async () => {
      const { client, accountId } = await linkedMember(servers);
      return client.get(`/api/auth/account-info?accountId=${accountId}`);
    },
  };
}
