import { CLIENT } from './certified-provider.js';
import { danceThrough } from './dance.js';
import type { OpenIdProvider } from './openid-provider.js';

/** The answer of the token endpoint (RFC 6749 §5.1). */
export interface TokenAnswer {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly scope: string;
}

const REDIRECT = 'http://localhost/callback';

/** Signs a person in at the provider and exchanges the code for tokens. */
export async function tokensFor(provider: OpenIdProvider, sub: string): Promise<TokenAnswer> {
  const client = { client_id: CLIENT.id, redirect_uri: REDIRECT };
  const query = { ...client, response_type: 'code', scope: 'openid email profile', login_hint: sub };
  const { url } = await danceThrough(`${provider.origin}/auth?${new URLSearchParams(query).toString()}`);
  const body = new URLSearchParams({
    ...client,
    client_secret: CLIENT.secret,
    grant_type: 'authorization_code',
    code: url.searchParams.get('code') ?? '',
  });
  const answer = await fetch(`${provider.origin}/token`, { method: 'POST', body });
  return (await answer.json()) as TokenAnswer;
}
