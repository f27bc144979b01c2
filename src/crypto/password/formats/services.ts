import { createCipheriv } from 'node:crypto';
import { type Argon2Hash, argon2Digest, isBearable, isWeakArgon2 } from '../argon2.js';
import { isBearablePbkdf2Sql, isWeakPbkdf2Sql, parsedPbkdf2 } from '../pbkdf2.js';
import {
  isBearableScrypt,
  isBearableScryptSql,
  isWeakScrypt,
  isWeakScryptSql,
  scryptKey,
} from '../scrypt.js';
import { type Derive, type Format, fromBase64, matchesAnd, numberIn, part, withoutDigest } from './format.js';

/**
 * Keycloak keeps digest and salt in `secret_data`, and the parameters in `credential_data`. Both are JSON. An exported
 * realm holds them as JSON in JSON, so quotes may have backslashes before them.
 */
const JSON_START = /^\{.*"value\\*"/s;
const VALUE = /"value\\*"\s*:\s*\\*"([A-Za-z0-9+/]+=*)\\*"/;
const SALT = /"salt\\*"\s*:\s*\\*"([A-Za-z0-9+/]+=*)\\*"/;
const ROUNDS = /"hashIterations\\*"\s*:\s*(\d+)/;
const ALGORITHM = /"algorithm\\*"\s*:\s*\\*"(pbkdf2|pbkdf2-sha1|pbkdf2-sha256|pbkdf2-sha512|argon2)\\*"/;
const MEMORY = /"memory\\*"\s*:\s*\[\s*\\*"(\d+)\\*"/;
const LANES = /"parallelism\\*"\s*:\s*\[\s*\\*"(\d+)\\*"/;
const TYPE = /"type\\*"\s*:\s*\[\s*\\*"(id|i)\\*"/;
const VERSION = /"version\\*"\s*:\s*\[\s*\\*"1\.(0|3)\\*"/;

const text = (hash: string, pattern: RegExp) => `substring(${hash} from '${pattern.source}')`;
const pbkdf2Sha = (hash: string) =>
  `coalesce(nullif(split_part(${text(hash, ALGORITHM)}, '-', 2), ''), 'sha1')`;
const bytes = (hash: string) => `(length(rtrim(${text(hash, VALUE)}, '=')) * 3 / 4)`;

const KEYCLOAK: Format = {
  id: 'keycloak',
  about: 'Keycloak: PBKDF2 or argon2, JSON of `secret_data` and `credential_data` together',
  example: '{"secretData":"{\\"value\\":…',
  prefix: '{"',
  isUsable: (hash) => {
    const argon2 = `case when ${text(hash, ALGORITHM)} = 'argon2' then
      coalesce(${numberIn(hash, ROUNDS)} >= 1 and ${numberIn(hash, LANES)} between 1 and 64
        and ${numberIn(hash, MEMORY)} >= 8 * ${numberIn(hash, LANES)} and ${numberIn(hash, MEMORY)} <= 1048576
        and ${numberIn(hash, MEMORY)} * ${numberIn(hash, ROUNDS)} <= 4194304
        and ${text(hash, TYPE)} is not null and ${text(hash, VERSION)} is not null
        and ${bytes(hash)} between 16 and 384, false)
      else coalesce(${isBearablePbkdf2Sql(pbkdf2Sha(hash), numberIn(hash, ROUNDS), bytes(hash))}, false) end`;
    return matchesAnd(
      hash,
      VALUE,
      `${text(hash, SALT)} is not null and ${text(hash, ALGORITHM)} is not null`,
      argon2,
    );
  },
  isWeak: (hash) => `case when ${text(hash, ALGORITHM)} = 'argon2'
    then ${text(hash, TYPE)} <> 'id' or ${numberIn(hash, MEMORY)} < 7168
      or ${numberIn(hash, MEMORY)} * ${numberIn(hash, ROUNDS)} < 35840
    else ${isWeakPbkdf2Sql(pbkdf2Sha(hash), numberIn(hash, ROUNDS))} end`,
  parse: (stored) => {
    if (!JSON_START.test(stored)) return undefined;
    const found = (pattern: RegExp) => pattern.exec(stored)?.[1];
    const [value, salt, algorithm] = [found(VALUE), found(SALT), found(ALGORITHM)];
    if (!value || !salt || !algorithm) return undefined;
    const digest = fromBase64(value);
    const bare = stored.replace(value, value.replaceAll(/[^=]/g, 'A'));
    const rounds = Number(found(ROUNDS));
    if (algorithm !== 'argon2') {
      const name = algorithm.split('-')[1];
      const sha = name === 'sha256' || name === 'sha512' ? name : 'sha1';
      return parsedPbkdf2({ sha, rounds, salt: fromBase64(salt), digest, bare });
    }
    const [type, version] = [found(TYPE), found(VERSION)];
    const hash: Argon2Hash = {
      variant: type === 'i' ? 'argon2i' : 'argon2id',
      version: version === '0' ? 16 : 19,
      memory: Number(found(MEMORY)),
      passes: rounds,
      lanes: Number(found(LANES)),
      salt: fromBase64(salt),
      digest,
    };
    if (!type || !version || !isBearable(hash) || digest.length < 16 || digest.length > 384) return undefined;
    const derive: Derive = (password) => argon2Digest(hash, password);
    return { digest, weak: isWeakArgon2(hash), bare, derivations: () => [derive] };
  },
};

/**
 * Supabase's form of Firebase's hashes: `$fbscrypt$v=1,n=14,r=8,p=1,ss=<separator>,sk=<signer key>$<salt>$<digest>`. The
 * signer key may be missing; it then comes from `FIREBASE_SCRYPT_SIGNER_KEY`, so that it stays out of the database.
 */
const FBSCRYPT =
  /^\$fbscrypt\$v=1,n=(\d+),r=(\d+),p=(\d+)(,ss=[-A-Za-z0-9+/_]*=*)?(,sk=[-A-Za-z0-9+/_]+=*)?\$([-A-Za-z0-9+/_]+=*)\$([-A-Za-z0-9+/_]+=*)$/;
const cost = (hash: string): [string, string, string] => [
  `(2 ^ least(${numberIn(hash, /[$,]n=(\d+)/)}, 30))`,
  numberIn(hash, /,r=(\d+)/),
  numberIn(hash, /,p=(\d+)/),
];

const FIREBASE: Format = {
  id: 'firebase-scrypt',
  about: 'Firebase: scrypt with a signer key',
  example: '$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=…$…$…',
  prefix: '$fbscrypt$',
  isUsable: (hash) =>
    matchesAnd(
      hash,
      FBSCRYPT,
      isBearableScryptSql(...cost(hash)),
      `length(${part(hash, 5)}) between 22 and 512`,
    ),
  isWeak: (hash) => isWeakScryptSql(...cost(hash)),
  parse: (stored) => {
    const [, n, r, p, separator = '', key, salt = '', digest = ''] = FBSCRYPT.exec(stored) ?? [];
    const scrypt = { N: 2 ** Math.min(Number(n), 30), r: Number(r), p: Number(p) };
    if (!isBearableScrypt(scrypt) || digest.length < 22 || digest.length > 512) return undefined;
    const salted = Buffer.concat([fromBase64(salt), fromBase64(separator.slice(4))]);
    return {
      digest: fromBase64(digest),
      weak: isWeakScrypt(scrypt),
      bare: withoutDigest(stored, digest, 'A'),
      derivations: ({ firebaseSignerKey }) => {
        const signer = key?.slice(4) ?? firebaseSignerKey;
        if (!signer) return [];
        return [
          async (password) => {
            const cipher = createCipheriv(
              'aes-256-ctr',
              await scryptKey(password, salted, 32, scrypt),
              Buffer.alloc(16),
            );
            return Buffer.concat([cipher.update(fromBase64(signer)), cipher.final()]);
          },
        ];
      },
    };
  },
};

export const SERVICES: readonly Format[] = [KEYCLOAK, FIREBASE];
