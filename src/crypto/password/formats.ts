import { createHash, createHmac } from 'node:crypto';
import { ARGON2 } from './argon2.js';
import { BCRYPT_SHA256 } from './bcrypt-sha256.js';
import { BCRYPT, BCRYPT_WITHOUT_PEPPER } from './bcrypt.js';
import { ASPNET_V2, ASPNET_V3 } from './formats/aspnet.js';
import { CRYPTS, MD5_CRYPT, SHA256_CRYPT, SHA512_CRYPT } from './formats/crypt.js';
import { DIGEST_FORMATS, PLAIN_HEX } from './formats/digests.js';
import { type Derive, type Format, MAX_LENGTH, type ParsedHash, prefixed } from './formats/format.js';
import { SERVICES } from './formats/services.js';
import { wrappedFormat } from './formats/wrapped.js';
import { PBKDF2S } from './pbkdf2.js';
import { BETTER_AUTH_SCRYPT, SCRYPTS } from './scrypt.js';

const DJANGO_BCRYPT: Format = prefixed(BCRYPT_WITHOUT_PEPPER, {
  id: 'django-bcrypt',
  about: 'Django: bcrypt',
  example: 'bcrypt$$2b$12$…',
  prefix: 'bcrypt$',
});

const sha256Hex =
  (derive: Derive): Derive =>
  (password) =>
    derive(createHash('sha256').update(password).digest('hex'));

/** `wp_check_password`: HMAC with this key, because bcrypt reads only 72 bytes. PHP's `trim` removes these six characters. */
const wordPress =
  (derive: Derive): Derive =>
  (password) => {
    const trimmed = password.replace(/^[ \t\n\r\0\v]+/, '').replace(/[ \t\n\r\0\v]+$/, '');
    return derive(createHmac('sha384', 'wp-sha384').update(trimmed).digest('base64'));
  };

const behind = (inner: Format, prefix: string, application: 'Spring Security' | 'LDAP'): Format =>
  prefixed(inner, {
    id: `${application === 'LDAP' ? 'ldap' : 'spring'}-${inner.id}`,
    about: `${application}: ${inner.about.replace(/;.*/, '')}`,
    example: prefix + inner.example,
    prefix,
  });

const LDAP_CRYPT = ['{CRYPT}', '{crypt}'].flatMap((scheme) =>
  [MD5_CRYPT, SHA256_CRYPT, SHA512_CRYPT, BCRYPT_WITHOUT_PEPPER].map((inner) => ({
    ...behind(inner, scheme, 'LDAP'),
    // SQL compares the letters up to here, because four formats share the scheme.
    prefix: scheme + (inner.prefix ?? ''),
  })),
);

/** In this order, SQL compares the first letters. The most common formats come first. */
const WITH_PREFIX: readonly Format[] = [
  BCRYPT,
  ARGON2,
  BCRYPT_SHA256,
  ...PBKDF2S,
  ASPNET_V3,
  ...SCRYPTS,
  ...CRYPTS,
  prefixed(
    BCRYPT_WITHOUT_PEPPER,
    {
      id: 'wordpress',
      about: 'WordPress since 6.8: bcrypt over SHA-384',
      example: '$wp$2y$10$…',
      prefix: '$wp',
    },
    wordPress,
  ),
  DJANGO_BCRYPT,
  prefixed(
    BCRYPT_WITHOUT_PEPPER,
    {
      id: 'django-bcrypt-sha256',
      about: 'Django: bcrypt over SHA-256',
      example: 'bcrypt_sha256$$2b$12$…',
      prefix: 'bcrypt_sha256$',
    },
    sha256Hex,
  ),
  prefixed(ARGON2, {
    id: 'django-argon2',
    about: 'Django: argon2',
    example: 'argon2$argon2id$…',
    prefix: 'argon2',
  }),
  behind(BCRYPT_WITHOUT_PEPPER, '{bcrypt}', 'Spring Security'),
  behind(ARGON2, '{argon2}', 'Spring Security'),
  behind(ARGON2, '{argon2@SpringSecurity_v5_8}', 'Spring Security'),
  ...LDAP_CRYPT,
  ...SERVICES,
  wrappedFormat((stored) => parseUnwrapped(stored)),
  ...DIGEST_FORMATS,
];

const WITHOUT_PREFIX: readonly Format[] = [BETTER_AUTH_SCRYPT, PLAIN_HEX, ASPNET_V2];

/**
 * The one table of formats. The server verifies with it, the migrations and `compat:check` make their SQL of it, and the
 * report names its rows.
 */
export const FORMATS: readonly Format[] = [...WITH_PREFIX, ...WITHOUT_PREFIX];

export interface FoundHash extends ParsedHash {
  readonly format: Format;
}

/**
 * Undefined if no password can match: unknown format, malformed, or so costly that it would block the server. Ignores
 * blanks at the end, with which a `char(n)` column fills up.
 */
export function parseHash(stored: string): FoundHash | undefined {
  const text = stored.replace(/ +$/, '');
  if (text.length > MAX_LENGTH) return undefined;
  for (const format of FORMATS) {
    if (format.prefix !== undefined && !text.startsWith(format.prefix)) continue;
    const parsed = format.parse(text);
    if (parsed) return { format, ...parsed };
  }
  return undefined;
}

/** The id of the hash's format. Undefined if it is unknown. */
export const formatOf = (stored: string): string | undefined => parseHash(stored)?.format.id;

function parseUnwrapped(stored: string): ParsedHash | undefined {
  const found = parseHash(stored);
  return found?.format.id === 'wrapped' ? undefined : found;
}

interface SqlOptions {
  /** False: bare hexadecimal digits are not taken for an unsalted digest. */
  readonly plainDigests?: boolean;
}

/** SQL of a text. Written so that no name stands in braces: those are markers of tables (src/database/tables.ts). */
const letters = (prefix = ''): string => `'${prefix.replace('{', "{' || '")}'`;

/** SQL of a case over the table: the condition of the format whose first letters the hash has. Null for a null hash. */
function caseOf(
  expression: string,
  { plainDigests = true }: SqlOptions,
  condition: (format: Format, hash: string) => string,
): string {
  const hash = `rtrim((${expression})::text, ' ')`;
  const branches = WITH_PREFIX.map(
    (format) => `when starts_with(${hash}, ${letters(format.prefix)}) then ${condition(format, hash)}`,
  );
  const others = WITHOUT_PREFIX.filter((format) => plainDigests || format !== PLAIN_HEX)
    .map((format) => `(${condition(format, hash)})`)
    .join(' or ');
  return `case when ${hash} is null then null when length(${hash}) > ${MAX_LENGTH} then false
    ${branches.join('\n    ')}
    else ${others} end`;
}

/** SQL: true if the server can verify the hash. Compares first letters before any regular expression. Never fails. */
export function isKnownHash(expression: string, options: SqlOptions = {}): string {
  return caseOf(expression, options, (format, hash) => format.isUsable(hash));
}

/** SQL: true if the server can verify the hash and it is weak. */
export function isWeakKnownHash(expression: string, options: SqlOptions = {}): string {
  return caseOf(
    expression,
    options,
    (format, hash) => `(case when ${format.isUsable(hash)} then ${format.isWeak(hash)} else false end)`,
  );
}
