import type { OAuthProvider } from '@better-auth/core/oauth2';

/** A provider that users sign in with, built-in or generic. */
export type Provider = OAuthProvider & {
  /** True if the provider says that all its answers name their issuer (RFC 9207 §3). */
  readonly namesIssuer?: boolean;
};

/** Provider options that affect signing in. */
export interface SignInOptions {
  readonly disableSignUp?: boolean;
  readonly overrideUserInfoOnSignIn?: boolean;
  readonly requireEmailVerification?: boolean;
}

export const signInOptionsOf = ({ options }: Provider): SignInOptions => options ?? {};
