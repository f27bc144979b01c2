import { decryptJwt, encryptJwt, encryptionKeyOf } from './encrypted-jwt.js';

/** An account as it is stored, tokens sealed where they are sealed there (protocol.md §2.5). */
export interface AccountData {
  readonly id: string;
  readonly providerId: string;
  /** The user's id at the provider. */
  readonly accountId: string;
  readonly userId: string;
  readonly [field: string]: unknown;
}

/** How an account becomes the value of a cookie, and back. */
export interface AccountDataCodec {
  /** @param life seconds. */
  seal(data: AccountData, life: number): Promise<string>;
  /** Undefined for anything that is not ours and whole. Never rejects. */
  open(value: string): Promise<AccountData | undefined>;
}

/** @param secrets the current one first; it seals, all of them open. */
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
