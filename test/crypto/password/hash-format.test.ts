import { hashFormat } from '../../../src/crypto/password/hash-format.js';
import { verifyPassword } from '../../../src/crypto/password/password-hasher.js';

const salt = 'k/3EQQYJEzvTlTpgHyyH6u';
const digest = 'Z..t8OOov0plBaLe5LNnZADOlHIv1Ae';
const argon2 = 'We8yT24+hbihyLhs+ng3RA$YuaTZHUjoR+4mMtKzH+vBusgj+OlrmNz5DItMRKeVjM';
const sha256 = 'N7FqYpXHNsi7/YD/Vopl7xFDVnD4Ag2jNCoIsYESpK4';

describe.each([
  ['nothing', ''],
  ['a marker for no password', '!0cae0426de08df0d4f398926cd2c654f4de5c31f'],
  ['plain text', 'password'],
  ['bcrypt with an unknown prefix', `$2x$12$${salt}${digest}`],
  ['a truncated bcrypt', `$2b$12$${salt}${digest.slice(1)}`],
  ['a bcrypt too long', `$2b$12$${salt}${digest}.`],
  ['a bcrypt and a line end', `$2b$12$${salt}${digest}\n`],
  ['a bcrypt of cost 3', `$2b$03$${salt}${digest}`],
  ['a bcrypt of cost 21', `$2b$21$${salt}${digest}`],
  ['a bcrypt of cost 31', `$2b$31$${salt}${digest}`],
  ['a bcrypt without a cost', `$2b$xx$${salt}${digest}`],
  ['a bcrypt-sha256 of cost 21', `$bcrypt-sha256$v=2,t=2b,r=21$${salt}$${digest}`],
  ['a bcrypt-sha256 of version 3', `$bcrypt-sha256$v=3,t=2b,r=12$${salt}$${digest}`],
  ['a bcrypt-sha256 without digest', `$bcrypt-sha256$v=2,t=2b,r=12$${salt}`],
  ['a salt without key', `${'a'.repeat(32)}:`],
  ['a key that is not hex', `${'a'.repeat(32)}:${'g'.repeat(128)}`],
  ['three parts', `${'a'.repeat(32)}:${'a'.repeat(128)}:a`],
  ['argon2d', `$argon2d$v=19$m=19456,t=2,p=1$${argon2}`],
  ['argon2 of over 1 GiB', `$argon2id$v=19$m=1048577,t=1,p=1$${argon2}`],
  ['argon2 of over 4 GiB in all', `$argon2id$v=19$m=1048576,t=5,p=1$${argon2}`],
  ['argon2 with thousands of threads', `$argon2id$v=19$m=1048576,t=1,p=99999$${argon2}`],
  ['argon2 with a parameter missing', `$argon2id$v=19$m=19456,t=2$${argon2}`],
  ['argon2 with a parameter given twice', `$argon2id$v=19$m=19456,t=2,t=3$${argon2}`],
  ['argon2 with four parameters', `$argon2id$v=19$m=19456,t=2,p=1,m=8$${argon2}`],
  ['argon2 with a parameter that is not a number', `$argon2id$v=19$m=19456,t=2,p=p$${argon2}`],
  ['argon2 without passes', `$argon2id$v=19$m=19456,t=0,p=1$${argon2}`],
  ['argon2 without memory', `$argon2id$v=19$m=0,t=2,p=1$${argon2}`],
  ['argon2 of an unknown version', `$argon2id$v=20$m=19456,t=2,p=1$${argon2}`],
  ['argon2 with no digest', `$argon2id$v=19$m=19456,t=2,p=1$We8yT24+hbihyLhs+ng3RA$`],
  ['Django, no rounds', `pbkdf2_sha256$0$salt$${sha256}=`],
  ['Django, absurd rounds', `pbkdf2_sha256$10000001$salt$${sha256}=`],
  ['Django, rounds not a number', `pbkdf2_sha256$1e3$salt$${sha256}=`],
  ['Django, no salt', `pbkdf2_sha256$600000$$${sha256}=`],
  ['Django, SHA-1', `pbkdf2_sha1$600000$salt$${sha256}=`],
  ['Django, truncated digest', `pbkdf2_sha256$600000$salt$${sha256.slice(0, 20)}`],
  ['passlib, absurd rounds', `$pbkdf2-sha256$99999999$salt$${sha256.replace(/[+]/g, '.')}`],
  ['passlib, truncated digest', '$pbkdf2-sha256$29000$salt$abc'],
  ['a text of more than 1 MB', '$2b$12$'.repeat(200_000)],
])('%s', (_, stored) => {
  it('has no known format and matches no password', async () => {
    expect(hashFormat(stored)).toBeUndefined();
    expect(await verifyPassword(stored, '')).toBe(false);
    expect(await verifyPassword(stored, 'password')).toBe(false);
  });
});
