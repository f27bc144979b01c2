import { flag, integer, oneOf, seconds, webUrl } from './values.js';
import { variable } from './variable.js';

/** The variables for hashes, the rules for new passwords, and the lockout. */
export const PASSWORD_VARIABLES = {
  PASSWORD_HASH: variable(
    oneOf('bcrypt', 'argon2id', 'scrypt'),
    'format of new hashes; use `scrypt` if a `better-auth` server without a custom `verify` reads them too',
    'bcrypt',
  ),
  PASSWORD_BCRYPT_COST: variable(integer(10, 16), 'bcrypt computes 2 to the power of this many rounds', '11'),
  PASSWORD_HASH_CONCURRENCY: variable(
    integer(1, 64),
    'hashes computed at the same time',
    'number of processors, at most 4',
  ),
  PASSWORD_HASH_QUEUE: variable(
    integer(0, 100_000),
    'hashes that may wait; when more wait, sign-in answers 503',
    '256',
  ),
  PASSWORD_BREACH_CHECK: variable(
    flag,
    'true refuses new passwords that are known from breaches; sends the first 5 digits of the password’s SHA-1 to `PASSWORD_BREACH_URL`',
    'false; with SECURITY_PROFILE=strict true',
  ),
  PASSWORD_BREACH_URL: variable(
    webUrl,
    'range query of Have I Been Pwned or a copy of it; the 5 digits are added to this URL',
    'https://api.pwnedpasswords.com/range/',
  ),
  PASSWORD_BREACH_TIMEOUT: variable(
    seconds(1, 30),
    'seconds that a new password waits for the answer; without an answer the password is accepted',
    '2',
  ),
  PASSWORD_OBVIOUS_CHECK: variable(
    flag,
    'true refuses new passwords that are easy to guess: very common ones, the user’s e-mail or name',
    'false; with SECURITY_PROFILE=strict true',
  ),
  LOCKOUT_ENABLED: variable(
    flag,
    'true refuses attempts at an account after too many wrong passwords from one network',
    'false; with SECURITY_PROFILE=strict true',
  ),
  LOCKOUT_AFTER: variable(
    integer(1, 1000),
    'wrong passwords for one account from one network until the server refuses further attempts for 30 s',
    '5',
  ),
  LOCKOUT_LONGEST: variable(
    seconds(1, 86_400),
    'seconds of the longest refusal; each further wrong password doubles the time up to this',
    '3600',
  ),
};
