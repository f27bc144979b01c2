import type { OAuth2Tokens } from '@better-auth/core/oauth2';
import { parseStringBoolean } from '@better-auth/core/oauth2';
import { decodeJwt } from 'jose';
import { fetchProtectedResource } from 'openid-client';
import type { Discovered } from './discover.js';

/** What a provider says of somebody, as claims or as userinfo. */
export interface Profile {
  readonly id?: string;
  readonly sub?: string;
  readonly name?: string;
  readonly email?: string;
  readonly emailVerified?: boolean;
  readonly image?: string;
  readonly [claim: string]: unknown;
}

/** Null: no JWT. Verifies nothing. */
export function claimsOf(idToken: string): Profile | null {
  try {
    return decodeJwt(idToken);
  } catch {
    return null;
  }
}

/** From the id token where it says who has which address, else from the userinfo endpoint. */
export async function fetchProfile(
  { client, userInfoUrl }: Discovered,
  { accessToken, idToken }: OAuth2Tokens,
  claims?: Profile,
): Promise<Profile | null> {
  const told = claims ?? (idToken ? claimsOf(idToken) : null);
  if (told?.sub && told.email) {
    return {
      id: told.sub,
      emailVerified: parseStringBoolean(told['email_verified']) ?? false,
      image: told['picture'] as string | undefined,
      ...told,
    };
  }
  if (!userInfoUrl || !accessToken) return null;
  const response = await fetchProtectedResource(client, accessToken, new URL(userInfoUrl), 'GET');
  if (!response.ok) return null;
  const profile = (await response.json()) as Profile;
  return {
    ...profile,
    emailVerified: parseStringBoolean(profile['email_verified']) ?? false,
    image: profile['picture'] as string | undefined,
  };
}
