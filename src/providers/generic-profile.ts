import type { OAuth2Tokens } from '@better-auth/core/oauth2';
import { parseStringBoolean } from '@better-auth/core/oauth2';
import { decodeJwt } from 'jose';
import { fetchProtectedResource } from 'openid-client';
import type { Discovered } from './discover.js';

/** A provider's data about a user, from id token claims or from the userinfo endpoint. */
export interface Profile {
  readonly id?: string;
  readonly sub?: string;
  readonly name?: string;
  readonly email?: string;
  readonly emailVerified?: boolean;
  readonly image?: string;
  readonly [claim: string]: unknown;
}

/** Decodes without verifying. Null if the text is no JWT. */
export function claimsOf(idToken: string): Profile | null {
  try {
    return decodeJwt(idToken);
  } catch {
    return null;
  }
}

/** Uses the id token if it has `sub` and `email`, otherwise asks the userinfo endpoint. */
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
