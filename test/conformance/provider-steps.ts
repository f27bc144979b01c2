import { danceThrough } from '../openid/dance.js';
import type { OpenIdProvider } from '../openid/openid-provider.js';
import { tokensFor } from '../openid/tokens.js';
import { call, type RequestOptions, type Step } from './steps.js';
import type { Side } from './side.js';

/**
 * Through the provider as a browser goes, from the authorization URL saved as `url`. Later steps write the path of the
 * callback as `{callback}`, its parameters as `{code}` and `{state}`, and with `form_post` its body as `{form}`.
 */
export function throughProvider(from = 'url'): Step {
  return {
    label: 'through the provider',
    async run(side) {
      const { url, form } = await danceThrough(side.saved.get(from) ?? '');
      side.saved.set('callback', url.pathname + url.search);
      for (const [name, value] of form ?? url.searchParams) side.saved.set(name, value);
      if (form) side.saved.set('form', form.toString());
      return undefined;
    },
  };
}

/** What the browser does when it comes back. */
export const callback = (options: RequestOptions = {}): Step => call('GET', '{callback}', undefined, options);

/** Lets the shared provider behave otherwise from here on, until the scenario ends. */
export function provider(label: string, change: (provider: OpenIdProvider, side: Side) => void): Step {
  return {
    label: `provider: ${label}`,
    run(side) {
      if (side.provider) change(side.provider, side);
      return Promise.resolve(undefined);
    },
  };
}

/** Ids of accounts that `linked` makes, by provider. */
export const linkedId = (providerId: string): string => `Linked${providerId}`.padEnd(32, '0');

/**
 * Ada has signed in with the provider before, and it has given tokens, which expire in so many seconds.
 * @param changes columns as they are to be instead, in SQL.
 */
export function linked(
  providerId: string,
  expiresIn = 3600,
  changes: Readonly<Record<string, string>> = {},
): Step {
  return {
    label: `linked with ${providerId}, for ${expiresIn} s${changes ? ` ${JSON.stringify(changes)}` : ''}`,
    async run(side) {
      if (!side.provider) throw new Error('these servers have no provider');
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
