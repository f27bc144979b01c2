import { CLIENT } from '../openid/certified-provider.js';
import { startOpenIdProvider, type OpenIdProvider } from '../openid/openid-provider.js';
import type { Answer } from '../setup/browser-like-client.js';
import { SECRET, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import type { Return } from './visitor.js';

/** A server, and the provider with which people sign in. */
export interface SocialServer {
  readonly provider: OpenIdProvider;
  readonly gatehouse: Gatehouse;
  /** Deletes all users and states, and ends all faults of the provider. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

const client = { clientId: CLIENT.id, clientSecret: CLIENT.secret, scopes: ['openid', 'email', 'profile'] };

/**
 * One provider is configured several times: as `acme` by discovery, as `plain` by its URLs alone, as the built-in `gitlab`,
 * and by discovery under each id in `more`, with the options given there.
 */
export async function startSocialServer(
  environment: Readonly<Record<string, string>> = {},
  more: Readonly<Record<string, object>> = {},
): Promise<SocialServer> {
  const provider = await startOpenIdProvider();
  const { origin, discoveryUrl } = provider;
  const plain = {
    authorizationUrl: `${origin}/auth`,
    tokenUrl: `${origin}/token`,
    userInfoUrl: `${origin}/me`,
  };
  const discovered = Object.entries({ acme: {}, ...more }).map(([providerId, options]) => ({
    ...client,
    providerId,
    discoveryUrl,
    ...options,
  }));
  const gatehouse = await startGatehouse({
    OIDC_PROVIDERS: JSON.stringify([...discovered, { ...client, ...plain, providerId: 'plain' }]),
    GITLAB_CLIENT_ID: CLIENT.id,
    GITLAB_CLIENT_SECRET: CLIENT.secret,
    GITLAB_ISSUER: origin,
    LOG_LEVEL: 'trace',
    ...environment,
  });
  return {
    provider,
    gatehouse,
    async reset() {
      provider.mend();
      await gatehouse.database.query('delete from users');
      await gatehouse.database.query('delete from verifications');
    },
    async stop() {
      await gatehouse.stop();
      await provider.stop();
    },
  };
}

export interface Refusal {
  readonly error: string;
  /** The reason in the log. */
  readonly reason: string;
  /** Where the browser goes, without `?error=`. */
  readonly to?: string;
  /** The number of states that stay stored. */
  readonly states?: number;
}

/** Expects that nobody is signed in, that nothing is written, and that the log has the reason but no secret. */
export async function expectRefusal(
  { gatehouse, provider }: SocialServer,
  { code, state, nonce }: Return,
  comeBack: () => Promise<Answer>,
  { error, reason, to = '/out', states = 0 }: Refusal,
): Promise<void> {
  const before = await stored(gatehouse);
  const start = gatehouse.log().length;
  const answer = await comeBack();
  expect([answer.status, answer.headers.location]).toEqual([302, `${to}?error=${error}`]);
  expect(answer.setCookies.filter((line) => /session_token=[^;]/.test(line))).toEqual([]);
  expect(await stored(gatehouse)).toEqual({ ...before, states });
  expect(await refusalSince(gatehouse, start)).toEqual({ error, reason });
  const secrets = [SECRET, CLIENT.secret, code, state, nonce ?? SECRET, ...provider.secrets()];
  expect(secrets.filter((secret) => gatehouse.log().includes(secret))).toEqual([]);
}

/** Returns all rows that a sign-in could write. */
export async function stored({ database }: Gatehouse) {
  const [everything] = await database.query(
    `select (select json_agg(u) from users u) as users, (select json_agg(a) from accounts a) as accounts,
            (select json_agg(s) from sessions s) as sessions, (select count(*)::int from verifications) as states`,
  );
  return everything;
}

/** Waits for the next refusal in the log after `start` characters. */
async function refusalSince({ log }: Gatehouse, start: number) {
  for (;;) {
    const found = /sign-in at a provider refused, (\w+): ([^"]*)/.exec(log().slice(start));
    if (found) return { error: found[1], reason: found[2] };
    await new Promise((next) => setTimeout(next, 10));
  }
}
