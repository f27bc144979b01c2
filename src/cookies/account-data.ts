import { decryptJwt, encryptJwt, encryptionKeyOf } from './encrypted-jwt.js';

/**
 * The columns of an account row. Tokens that are encrypted in the database are encrypted here too
 * (src/cookies/protocol.md, "Account data").
 */
export interface AccountData {
  readonly id: string;
  readonly providerId: string;
  /** The user's id at the provider. */
  readonly accountId: string;
  readonly userId: string;
  readonly [field: string]: unknown;
}

/** Turns an account into a cookie value and back. */
export interface AccountDataCodec {
  /** @param life seconds until the value expires. */
  seal(data: AccountData, life: number): Promise<string>;
  /** Undefined if no known secret opens the value, if it has expired or if it is no account. Never rejects. */
  open(value: string): Promise<AccountData | undefined>;
}

/** @param secrets the current secret first. It encrypts; every secret can decrypt. */
export function accountDataCodec(secrets: readonly [string, ...string[]]): AccountDataCodec {
  const keyOf = (secret: string) => encryptionKeyOf(secret, 'better-auth-account');
  const [current, keys] = [keyOf(secrets[0]), secrets.map(keyOf)];
  return {
    seal: (data, life) => encryptJwt(data, Date.now() + life * 1000, current),
    async open(value) {
      const { iat: _, exp: __, jti: ___, ...data } = (await decryptJwt(value, keys))?.payload ?? {};
      const isAccount = [data['id'], data['userId']].every((field) => typeof field === 'string');
      return isAccount ? (data as AccountData) : undefined;
    },
  };
}
