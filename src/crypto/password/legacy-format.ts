import { isKnownHash, isWeakKnownHash } from './formats.js';
import { DIGESTS, MAX_RECIPE_ROUNDS, ORDER } from './formats/digests.js';
import { isBearablePbkdf2, isWeakPbkdf2, type Sha } from './pbkdf2.js';
import { isBearableScrypt, isWeakScrypt } from './scrypt.js';

/** How a column without a format of its own is read: SQL on the hash `h` and the salt `s`, both texts. */
export interface Recipe {
  /** True if hash and salt look as the format says. Never null, and fails for no text. */
  isValid(h: string, s: string): string;
  /** If `isValid` is not enough: true if the server can verify what `build` makes. */
  isUsable?(h: string, s: string): string;
  /** The hash with its salt and parameters, in a form of the table of formats. Used only if `isValid`. */
  build(h: string, s: string): string;
  readonly weak: boolean | ((h: string, s: string) => string);
  readonly needsSalt: boolean;
}

const PARAMETERS = ['iterations', 'length', 'encoding', 'salt-encoding', 'order', 'n', 'r', 'p', 'separator'];
export const FORMAT_EXAMPLE = 'pbkdf2-sha256:iterations=25000,length=512,encoding=hex';
const NAMES = [
  'pbkdf2-sha1',
  'pbkdf2-sha256',
  'pbkdf2-sha512',
  'scrypt',
  'firebase-scrypt',
  'keycloak',
  'md5',
  'sha1',
  'sha256',
  'sha512',
  'hmac-md5',
  'hmac-sha1',
  'hmac-sha256',
  'hmac-sha512',
  'symfony-sha512',
];

/**
 * Reads `LEGACY_PASSWORD_FORMAT`.
 * @throws {Error} with what is wrong, as the end of "LEGACY_PASSWORD_FORMAT must be …".
 */
export function parseLegacyFormat(format: string): Recipe {
  const colon = format.indexOf(':');
  const name = colon < 0 ? format : format.slice(0, colon);
  const parameters = new Parameters(colon < 0 ? '' : format.slice(colon + 1));
  const [family = '', digest = ''] = name.split('-');
  if (!NAMES.includes(name)) {
    throw new Error(
      `one of ${NAMES.join(', ')}, with parameters behind a colon as in ${FORMAT_EXAMPLE}, but it is ${JSON.stringify(format.slice(0, 80))}`,
    );
  }
  if (family === 'pbkdf2') return pbkdf2(digest as Sha, parameters);
  if (name === 'scrypt') return scrypt(parameters);
  if (name === 'firebase-scrypt') return firebase(parameters);
  if (name === 'keycloak') return keycloak(parameters);
  return digestRecipe(name, parameters);
}

class Parameters {
  readonly #given = new Map<string, string>();

  constructor(text: string) {
    for (const pair of text.split(',').filter(Boolean)) {
      const [name = '', ...value] = pair.split('=');
      if (!PARAMETERS.includes(name)) {
        throw new Error(`a format with parameters among ${PARAMETERS.join(', ')}, but it has "${name}"`);
      }
      this.#given.set(name, value.join('='));
    }
  }

  has(name: string): boolean {
    return this.#given.has(name);
  }

  with(name: string, value: string): this {
    this.#given.set(name, value);
    return this;
  }

  text(name: string, fallback: string): string {
    return this.#given.get(name) ?? fallback;
  }

  choice<const T extends string>(name: string, choices: readonly T[]): T {
    const value = this.#given.get(name) ?? choices[0];
    const found = choices.find((choice) => choice === value);
    if (found === undefined)
      throw new Error(`a format with ${name}=${choices.join(' or ')}, but it has ${name}=${value}`);
    return found;
  }

  number(name: string, fallback?: number): number {
    const value = this.#given.get(name) ?? (fallback === undefined ? undefined : String(fallback));
    if (value === undefined) throw new Error(`a format with ${name}=<number>, for example ${FORMAT_EXAMPLE}`);
    if (!/^\d+$/.test(value))
      throw new Error(`a format with a number as ${name}, but it has ${name}=${value}`);
    return Number(value);
  }
}

const ENCODINGS = ['hex', 'base64'] as const;
const SALT_ENCODINGS = ['utf8', 'hex', 'base64'] as const;

/** A text that stands for bytes: SQL that is true if it is well-formed, of its bytes, and of their number. */
interface Bytes {
  readonly isValid: string;
  readonly bytes: string;
  readonly length: string;
}

function bytesOf(text: string, encoding: (typeof SALT_ENCODINGS)[number]): Bytes {
  if (encoding === 'utf8') {
    return {
      isValid: `${text} is not null`,
      bytes: `convert_to(${text}, 'UTF8')`,
      length: `octet_length(${text})`,
    };
  }
  if (encoding === 'base64') {
    return {
      isValid: `(length(${text}) % 4 = 0 and ${text} ~ '^[A-Za-z0-9+/]*(=|==)?$')`,
      bytes: `decode(${text}, 'base64')`,
      length: `(length(rtrim(${text}, '=')) * 3 / 4)`,
    };
  }
  // A bytea column as text begins with \x.
  const hex = `(case when starts_with(${text}, '\\x') then substr(${text}, 3) else ${text} end)`;
  return {
    isValid: `(length(${hex}) % 2 = 0 and ${hex} ~ '^[0-9a-fA-F]*$')`,
    bytes: `decode(${hex}, 'hex')`,
    length: `(length(${hex}) / 2)`,
  };
}

/** SQL: base64 in one line, without padding. */
const base64 = (bytes: string) => `rtrim(translate(encode(${bytes}, 'base64'), E'\\n', ''), '=')`;

/** The longest salt. No application has a longer one; the built hash must not become too long. */
const MAX_SALT = 512;

function salted(
  parameters: Parameters,
  { shortest, longest, prefix }: { shortest: number; longest: number; prefix: string },
): Pick<Recipe, 'isValid' | 'build'> {
  const encoding = parameters.choice('encoding', ENCODINGS);
  const saltEncoding = parameters.choice('salt-encoding', SALT_ENCODINGS);
  return {
    isValid: (h, s) => {
      const [hash, salt] = [bytesOf(h, encoding), bytesOf(s, saltEncoding)];
      return `coalesce(${hash.isValid} and ${hash.length} between ${shortest} and ${longest}
        and ${salt.isValid} and ${salt.length} <= ${MAX_SALT}, false)`;
    },
    build: (h, s) =>
      `'${prefix}$' || ${base64(bytesOf(s, saltEncoding).bytes)} || '$' || ${base64(bytesOf(h, encoding).bytes)}`,
  };
}

const TOO_COSTLY = 'a format that costs less: a sign-in would hold up the server for seconds';

/** Node.js and Passport: the salt is the text in the column, unless `salt-encoding` says otherwise. */
function pbkdf2(sha: Sha, parameters: Parameters): Recipe {
  const rounds = parameters.number('iterations');
  const given = parameters.has('length');
  const [shortest, longest] = given ? [parameters.number('length'), parameters.number('length')] : [16, 1024];
  if (given && (shortest < 16 || longest > 1024))
    throw new Error('a format with length from 16 to 1024 bytes');
  if (!isBearablePbkdf2(sha, rounds, given ? longest : 16)) throw new Error(TOO_COSTLY);
  return {
    ...salted(parameters, { shortest, longest, prefix: `$pbkdf2-${sha}$i=${rounds}` }),
    weak: isWeakPbkdf2(sha, rounds),
    needsSalt: true,
  };
}

function scrypt(parameters: Parameters): Recipe {
  const cost = {
    N: parameters.number('n', 16_384),
    r: parameters.number('r', 8),
    p: parameters.number('p', 1),
  };
  if (!isBearableScrypt(cost)) {
    throw new Error(`a format with n=<a power of two>, and n × r × p at most 4194304`);
  }
  const length = parameters.number('length', 64);
  if (length < 16 || length > 128) throw new Error('a format with length from 16 to 128 bytes');
  return {
    ...salted(parameters, {
      shortest: length,
      longest: length,
      prefix: `$scrypt$n=${cost.N},r=${cost.r},p=${cost.p}`,
    }),
    weak: isWeakScrypt(cost),
    needsSalt: true,
  };
}

/** Leaves the signer key out, which the server has from `FIREBASE_SCRYPT_SIGNER_KEY`. */
function firebase(parameters: Parameters): Recipe {
  const [n, r] = [parameters.number('n', 14), parameters.number('r', 8)];
  const separator = parameters.text('separator', 'Bw==');
  const cost = { N: 2 ** Math.min(n, 30), r, p: 1 };
  if (!isBearableScrypt(cost)) throw new Error(TOO_COSTLY);
  if (!/^[A-Za-z0-9+/]*=*$/.test(separator)) throw new Error('a format with a separator in base64');
  const pattern = `'^[-A-Za-z0-9+/_]+=*$'`;
  return {
    isValid: (h, s) =>
      `coalesce(length(${h}) between 22 and 512 and ${h} ~ ${pattern}
        and length(${s}) <= ${MAX_SALT} and ${s} ~ ${pattern}, false)`,
    build: (h, s) => `'$fbscrypt$v=1,n=${n},r=${r},p=1,ss=${separator}$' || ${s} || '$' || ${h}`,
    weak: isWeakScrypt(cost),
    needsSalt: true,
  };
}

/** `secret_data` is the password column, `credential_data` the column of the salt. */
function keycloak(_parameters: Parameters): Recipe {
  const build = (h: string, s: string) =>
    `json_build_object('secretData', ${h}, 'credentialData', ${s})::text`;
  return {
    isValid: (h, s) => `coalesce(starts_with(${h}, '{') and starts_with(${s}, '{'), false)`,
    isUsable: (h, s) => isKnownHash(build(h, s)),
    build,
    weak: (h, s) => isWeakKnownHash(build(h, s)),
    needsSalt: true,
  };
}

function digestRecipe(name: string, parameters: Parameters): Recipe {
  const isSymfony = name.startsWith('symfony-');
  const algorithm = name.replace(/^(symfony|hmac)-/, '') as keyof typeof DIGESTS;
  const fallback = name.startsWith('hmac-') ? 'password' : isSymfony ? 'password+salt' : 'salt+password';
  const order = parameters.text('order', fallback);
  if (!ORDER.test(order)) {
    throw new Error(
      `a format with order=salt+password, password+salt, salt+password+pepper or the like, but it has order=${order}`,
    );
  }
  const rounds = parameters.number('iterations', isSymfony ? 5000 : 1);
  if (rounds < 1 || rounds > MAX_RECIPE_ROUNDS) {
    throw new Error(
      `a format with iterations from 1 to ${MAX_RECIPE_ROUNDS}, but it has iterations=${rounds}`,
    );
  }
  const length = DIGESTS[algorithm];
  const encoded =
    isSymfony && !parameters.has('encoding') ? parameters.with('encoding', 'base64') : parameters;
  return {
    ...salted(encoded, {
      shortest: length,
      longest: length,
      prefix: `$gatehouse-${name}$o=${order},i=${rounds}`,
    }),
    weak: true,
    needsSalt: name.startsWith('hmac-') || isSymfony || (parameters.has('order') && order.includes('salt')),
  };
}
