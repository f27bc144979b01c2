import { base64, flag, integer, list, oneOf, passwordFormat, text } from './values.js';
import { variable } from './variable.js';

/** The variables that the migrations read. The server knows them too, because both may share one `.env`. */
export const MIGRATION_VARIABLES = {
  LEGACY_USERS_TABLE: variable(
    text,
    'table of the legacy users, as `table` or `schema.table`; with `none` the migrations adopt no table',
  ),
  LEGACY_SESSIONS_TABLE: variable(text, 'table that becomes `sessions`, or `none`'),
  LEGACY_ACCOUNTS_TABLE: variable(text, 'table that becomes `accounts`, or `none`'),
  LEGACY_VERIFICATIONS_TABLE: variable(text, 'table that becomes `verifications`, or `none`'),
  LEGACY_ID_COLUMN: variable(text, 'column that becomes `users.id`'),
  LEGACY_EMAIL_COLUMN: variable(text, 'column that becomes `users.email`'),
  LEGACY_PASSWORD_COLUMN: variable(text, 'column from which the migrations read password hashes'),
  LEGACY_PASSWORD_SALT_COLUMN: variable(text, 'column with the salts, if the hashes do not contain them'),
  LEGACY_PASSWORD_FORMAT: variable(
    passwordFormat,
    'what the password column holds, if the hash does not say it itself, such as `pbkdf2-sha256:iterations=25000,length=512,encoding=hex`',
  ),
  LEGACY_PASSWORD_PEPPER: variable(
    text,
    'text that the legacy application appended to passwords before bcrypt, as Devise does, or that `LEGACY_PASSWORD_FORMAT` places with `order`',
  ),
  LEGACY_NAME_COLUMN: variable(
    text,
    "column from which the migrations read names, or a key of a JSON column: `raw_user_meta_data->>'full_name'`",
  ),
  LEGACY_FIRST_NAME_COLUMN: variable(text, 'column with first names, if no column holds whole names'),
  LEGACY_LAST_NAME_COLUMN: variable(text, 'column with last names, if no column holds whole names'),
  LEGACY_VERIFIED_COLUMN: variable(
    text,
    'column that says whether the e-mail is verified: a boolean, or the time of the verification',
  ),
  LEGACY_IMAGE_COLUMN: variable(text, 'column from which the migrations read the URLs of pictures'),
  LEGACY_ACTIVE_COLUMN: variable(
    text,
    'column that says whether the user may sign in; several are separated by commas',
  ),
  LEGACY_DISABLED_COLUMN: variable(
    text,
    'column that says whether the user is kept out, a boolean or a time; several are separated by commas',
  ),
  LEGACY_DISABLED_UNTIL_COLUMN: variable(
    text,
    'column with the time until which the user is kept out; several are separated by commas',
  ),
  LEGACY_DELETED_COLUMN: variable(
    text,
    'column that says whether the user is deleted, a boolean or a time; several are separated by commas',
  ),
  LEGACY_STATUS_COLUMN: variable(
    text,
    'column with a status in words or numbers; needs `LEGACY_ACTIVE_STATUSES`',
  ),
  LEGACY_ACTIVE_STATUSES: variable(
    list,
    'values of `LEGACY_STATUS_COLUMN` whose users may sign in, separated by commas',
  ),
  LEGACY_CREATED_AT_COLUMN: variable(text, 'column that becomes `users.created_at`'),
  LEGACY_UPDATED_AT_COLUMN: variable(text, 'column that becomes `users.updated_at`'),
  LEGACY_MISSING_EMAIL: variable(
    oneOf('stop', 'skip', 'placeholder'),
    'what happens to users without an e-mail: the run stops, the row stays as it is, or it gets `<id>@users.invalid`',
    'stop',
  ),
  LEGACY_DUPLICATE_EMAIL: variable(
    oneOf('stop', 'keep-newest'),
    'what happens if users share an e-mail: the run stops, or the newest user keeps it',
    'stop',
  ),
  LEGACY_UNKNOWN_HASHES: variable(
    oneOf('stop', 'keep'),
    '`keep` accepts password hashes that the server cannot verify; those users need a password reset',
    'stop',
  ),
  LEGACY_SECOND_FACTOR: variable(
    oneOf('carry-over', 'ignore'),
    'what happens to second factors of the old application: `carry-over` asks these users for them here too, `ignore` lets them sign in with the password alone',
    'the run stops',
  ),
  LEGACY_TOTP_SECRET_COLUMN: variable(text, 'column with the secrets of authenticator apps'),
  LEGACY_TOTP_FORMAT: variable(
    text,
    'what that column holds: `base32`, `hex`, `laravel` (encrypted), or the path of a module that reads it',
    'base32, and hex from django-otp',
  ),
  LEGACY_TOTP_KEY: variable(text, 'key of `LEGACY_TOTP_FORMAT=laravel`: the `APP_KEY` of Laravel'),
  LEGACY_TRIGGERS: variable(
    oneOf('fire', 'suspend'),
    'what the application’s own triggers do during the backfill: they fire, or they are suspended in each batch',
    'the run stops',
  ),
  WRAP_WEAK_HASHES: variable(
    flag,
    'true stores argon2id over weak legacy hashes, so that no fast hash remains in `accounts`',
    'false',
  ),
  FIREBASE_SCRYPT_SIGNER_KEY: variable(
    base64,
    'signer key of a Firebase project, in base64, for password hashes of its users',
  ),
  FIREBASE_SCRYPT_SALT_SEPARATOR: variable(
    base64,
    'salt separator of the Firebase project, in base64',
    'Bw==',
  ),
  FIREBASE_SCRYPT_ROUNDS: variable(integer(1, 64), 'rounds of the Firebase project', '8'),
  FIREBASE_SCRYPT_MEMORY_COST: variable(integer(1, 20), 'memory cost of the Firebase project', '14'),
};

/** Names that belong to the migrations. If such a variable is unknown, the run stops, because it would have no effect. */
const BEGINNINGS =
  /^FIREBASE_SCRYPT_|^LEGACY_(?:\w+_(?:COLUMN|TABLE|STATUSES)$|PASSWORD_|MISSING_|DUPLICATE_|UNKNOWN_|SECOND_|TRIGGER)/;

/** True for the name of a variable that only the migrations would read, whether it exists or not. */
export const concernsMigrations = (name: string): boolean => BEGINNINGS.test(name);
