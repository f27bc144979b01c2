/** Somebody with an account at the provider: the claims of OpenID Connect Core §5.1. */
export interface ProviderPerson {
  /** By which tests name whom to sign in, as `login_hint`. */
  readonly sub: string;
  readonly name?: string;
  readonly picture?: string;
  readonly email?: string;
  readonly email_verified?: boolean;
}

export const VERIFIED: ProviderPerson = {
  sub: 'verified',
  name: 'Grace Hopper',
  picture: 'https://idp.example/grace.png',
  email: 'Grace@Example.com',
  email_verified: true,
};

export const UNVERIFIED: ProviderPerson = {
  sub: 'unverified',
  name: 'Mallory',
  email: 'mallory@example.com',
  email_verified: false,
};

export const WITHOUT_EMAIL: ProviderPerson = { sub: 'without-email', name: 'Nemo' };

/** GitLab's users have numbers. */
export const gitLabId = ({ sub }: ProviderPerson): number =>
  [...sub].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_000, 7);
