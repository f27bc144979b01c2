import { isKnownHash, isWeakKnownHash } from './formats.js';
import { FORMAT_EXAMPLE, parseLegacyFormat } from './legacy-format.js';

/** SQL of a legacy password: its column, the column with its salt, and what they mean. */
export interface LegacyPassword {
  readonly hash: string;
  readonly salt?: string | undefined;
  /** As in `LEGACY_PASSWORD_FORMAT`. */
  readonly format?: string | undefined;
}

/** The settings that say how legacy passwords are read. */
export interface LegacyPasswordSettings {
  readonly LEGACY_PASSWORD_FORMAT?: string | undefined;
  readonly LEGACY_PASSWORD_SALT_COLUMN?: string | undefined;
  readonly FIREBASE_SCRYPT_SIGNER_KEY?: string | undefined;
  readonly FIREBASE_SCRYPT_SALT_SEPARATOR?: string | undefined;
  readonly FIREBASE_SCRYPT_ROUNDS?: string | undefined;
  readonly FIREBASE_SCRYPT_MEMORY_COST?: string | undefined;
}

/** The format of the password column; undefined if each hash says its own. Firebase's settings imply a format. */
export function legacyFormatOf(settings: LegacyPasswordSettings): string | undefined {
  if (settings.LEGACY_PASSWORD_FORMAT) return settings.LEGACY_PASSWORD_FORMAT;
  if (!settings.FIREBASE_SCRYPT_SIGNER_KEY || !saltColumn(settings)) return undefined;
  const n = settings.FIREBASE_SCRYPT_MEMORY_COST || '14';
  const r = settings.FIREBASE_SCRYPT_ROUNDS || '8';
  return `firebase-scrypt:n=${n},r=${r},separator=${settings.FIREBASE_SCRYPT_SALT_SEPARATOR || 'Bw=='}`;
}

const saltColumn = ({ LEGACY_PASSWORD_SALT_COLUMN: column }: LegacyPasswordSettings): string | undefined =>
  column && column !== 'none' ? column : undefined;

/** What is wrong with these settings, as whole sentences. Empty if nothing. */
export function legacyPasswordFaults(settings: LegacyPasswordSettings): string[] {
  const format = legacyFormatOf(settings);
  const salt = saltColumn(settings);
  if (format === undefined) {
    if (!salt) return [];
    return [
      `LEGACY_PASSWORD_SALT_COLUMN names a column, but nothing says how salt and hash combine. ` +
        `Set LEGACY_PASSWORD_FORMAT, for example LEGACY_PASSWORD_FORMAT=${FORMAT_EXAMPLE}.`,
    ];
  }
  try {
    const recipe = parseLegacyFormat(format);
    if (salt || !recipe.needsSalt) return [];
    return [
      `LEGACY_PASSWORD_FORMAT=${format} needs a salt. Set LEGACY_PASSWORD_SALT_COLUMN to the column that holds it.`,
    ];
  } catch (error) {
    return [`LEGACY_PASSWORD_FORMAT must be ${error instanceof Error ? error.message : String(error)}.`];
  }
}

/** SQL of the texts of hash and salt, and how to read them; undefined if each hash says its own format. */
function reading({ hash, salt, format }: LegacyPassword) {
  const h = `rtrim((${hash})::text, ' ')`;
  if (format === undefined) return { h, s: '', recipe: undefined };
  return { h, s: `(${salt ?? `''`})::text`, recipe: parseLegacyFormat(format) };
}

const asPassword = (password: LegacyPassword | string): LegacyPassword =>
  typeof password === 'string' ? { hash: password } : password;

/** Where a salt or a format is named, bare hexadecimal digits mean that, and never an unsalted digest. */
const options = ({ salt, format }: LegacyPassword) => ({ plainDigests: !salt && !format });

/** SQL of what `accounts.password` gets: the hash, with its salt and parameters if they are elsewhere. */
export function storedHash(legacy: LegacyPassword | string): string {
  const { h, s, recipe } = reading(asPassword(legacy));
  return recipe ? `(case when ${recipe.isValid(h, s)} then ${recipe.build(h, s)} else ${h} end)` : h;
}

/** SQL: true if the server can verify the password at sign-in; null for a null hash. Never fails. */
export function isUsableHash(legacy: LegacyPassword | string): string {
  const password = asPassword(legacy);
  const { h, s, recipe } = reading(password);
  const known = isKnownHash(password.hash, options(password));
  if (!recipe) return known;
  const usable = recipe.isUsable?.(h, s) ?? 'true';
  return `(case when ${recipe.isValid(h, s)} then ${usable} else ${known} end)`;
}

/** SQL: true if the server can verify the password and its hash is weak. */
export function isWeakHash(legacy: LegacyPassword | string): string {
  const password = asPassword(legacy);
  const { h, s, recipe } = reading(password);
  const known = isWeakKnownHash(password.hash, options(password));
  if (!recipe) return known;
  const weak = typeof recipe.weak === 'boolean' ? String(recipe.weak) : recipe.weak(h, s);
  return `(case when ${recipe.isValid(h, s)} then ${weak} else ${known} end)`;
}

/**
 * SQL: true if the hash is empty, or is marked so that no password matches it: "!…" in Django, "*" in passlib and in
 * /etc/shadow.
 */
export function isUnusableHash(legacy: LegacyPassword | string): string {
  const hash = `(${asPassword(legacy).hash})::text`;
  return `(${hash} is null or btrim(${hash}) = '' or left(${hash}, 1) in ('!', '*'))`;
}
