import type { OAuthProvider } from '@better-auth/core/oauth2';

/** A provider that people sign in with, whoever made it: the library's interface. */
export type Provider = OAuthProvider;

/** The options that have a say in what a sign-in does. */
export interface SignInOptions {
  readonly disableSignUp?: boolean;
  readonly overrideUserInfoOnSignIn?: boolean;
  readonly requireEmailVerification?: boolean;
}

export const signInOptionsOf = ({ options }: Provider): SignInOptions => options ?? {};
