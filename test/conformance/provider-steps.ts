import { danceThrough } from '../openid/dance.js';
import type { OpenIdProvider } from '../openid/openid-provider.js';
import { tokensFor } from '../openid/tokens.js';
import { call, type RequestOptions, type Step } from './steps.js';
import type { Side } from './side.js';

/**
 * Goes through the provider's pages like a browser, starting at the authorization URL that an earlier step saved.
 * Saves the path of the callback as `{callback}`, its parameters as `{code}` and `{state}`, and the body of a `form_post`
 * as `{form}`.
 * @param from the name under which the authorization URL was saved
 */
export function throughProvider(from = 'url'): Step {
  return {
    label: 'go through the provider',
    async run(side) {
      const { url, form } = await danceThrough(side.saved.get(from) ?? '');
      side.saved.set('callback', url.pathname + url.search);
      for (const [name, value] of form ?? url.searchParams) side.saved.set(name, value);
      if (form) side.saved.set('form', form.toString());
      return undefined;
    },
  };
}

/** Opens the callback to which the provider sent the browser. */
export const callback = (options: RequestOptions = {}): Step => call('GET', '{callback}', undefined, options);

/** Changes how the shared provider behaves, until the scenario ends. */
export function provider(label: string, change: (provider: OpenIdProvider, side: Side) => void): Step {
  return {
    label: `provider: ${label}`,
    run(side) {
      if (side.provider) change(side.provider, side);
      return Promise.resolve(undefined);
    },
  };
}

/** The id of the account that `linked` inserts for a provider. */
export const linkedId = (providerId: string): string => `Linked${providerId}`.padEnd(32, '0');

/**
 * Inserts an account of Ada at a provider, with tokens that the provider really issued.
 * @param expiresIn seconds until the access token expires
 * @param changes SQL expressions for columns that should have other values
 */
export function linked(
  providerId: string,
  expiresIn = 3600,
  changes: Readonly<Record<string, string>> = {},
): Step {
  return {
    label: `link ${providerId}, token expires in ${expiresIn} s ${JSON.stringify(changes)}`,
    async run(side) {
      if (!side.provider) throw new Error('This scenario needs an option set with `provider: true`.');
      const tokens = await tokensFor(side.provider, 'verified');
      const quoted = (value: string) => `'${value.replaceAll("'", "''")}'`;
      const columns = {
        id: quoted(linkedId(providerId)),
        user_id: `(select id from users order by created_at limit 1)`,
        provider_id: quoted(providerId),
        provider_user_id: quoted('verified'),
        access_token: quoted(tokens.access_token),
        refresh_token: quoted(tokens.refresh_token),
        id_token: quoted(tokens.id_token),
        scope: quoted('openid,email,profile'),
        access_token_expires_at: `now() + interval '${expiresIn} seconds'`,
        created_at: 'now()',
        updated_at: 'now()',
        ...changes,
      };
      await side.database.query(
        `insert into accounts (${Object.keys(columns).join(', ')}) values (${Object.values(columns).join(', ')})`,
      );
      return undefined;
    },
  };
}
