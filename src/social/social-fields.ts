import { LENGTHS, NumberField, Nested, Text } from '../http/fields.js';

class PersonName {
  @Text({ optional: true })
  firstName?: string;

  @Text({ optional: true })
  lastName?: string;
}

class Person {
  @Nested(PersonName, { optional: true })
  name?: PersonName;

  @Text({ optional: true })
  email?: string;
}

/** Tokens that a front end got from the provider itself, to link an account. */
export class LinkIdToken {
  @Text({ maxLength: LENGTHS.token, description: 'ID token of the provider' })
  token!: string;

  @Text({ optional: true, description: 'The nonce with which the ID token was requested' })
  nonce?: string;

  @Text({ optional: true, maxLength: LENGTHS.token })
  accessToken?: string;

  @Text({ optional: true, maxLength: LENGTHS.token })
  refreshToken?: string;
}

/**
 * Tokens that a front end got from the provider itself, to sign in. `user` is for Apple, which sends the name to the
 * front end and does not put it into the ID token.
 */
export class SignInIdToken extends LinkIdToken {
  @NumberField({ optional: true })
  expiresAt?: number;

  @Nested(Person, { optional: true, description: 'Apple sends it with the first sign-in only' })
  user?: Person;
}

const RESERVED = [
  'state',
  'client_id',
  'redirect_uri',
  'response_type',
  'code_challenge',
  'code_challenge_method',
  'nonce',
  'scope',
];

/**
 * Clients may not set parameters that tie a provider's answer to the request
 * (src/social/protocol.md, "sign-in/social").
 */
export function refuseReserved(parameters: Record<string, string>): string | undefined {
  return Object.keys(parameters).some((name) => RESERVED.includes(name))
    ? `additionalParams cannot include reserved OAuth parameters: ${RESERVED.join(', ')}`
    : undefined;
}
