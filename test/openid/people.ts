/** A person with an account at the provider. The fields are claims of OpenID Connect Core §5.1. */
export interface ProviderPerson {
  /** Tests send this as `login_hint` to choose the person. */
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

/** The numeric id that the person has at GitLab. */
export const gitLabId = ({ sub }: ProviderPerson): number =>
  [...sub].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_000, 7);
