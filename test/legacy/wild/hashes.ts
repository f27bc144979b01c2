/**
 * Makes password hashes as other systems store them. Shares no code with the server, so that a mistake there cannot hide
 * here. Few iterations, because the tests sign many people in.
 */
import argon2Package from 'argon2';
import bcryptPackage from 'bcrypt';
import { createCipheriv, createHash, createHmac, pbkdf2Sync, randomBytes, scryptSync } from 'node:crypto';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A salt of letters and digits. */
const word = (length: number) => [...randomBytes(length)].map((byte) => LETTERS[byte % 62]).join('');
const base64 = (bytes: Buffer) => bytes.toString('base64');
const unpadded = (bytes: Buffer) => base64(bytes).replace(/=+$/, '');
/** The Base64 of passlib. */
const dotted = (bytes: Buffer) => unpadded(bytes).replaceAll('+', '.');
const digest = (algorithm: string, ...parts: (string | Buffer)[]) => {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const scrypt = (password: string, salt: string | Buffer, length: number, N: number, r: number, p: number) =>
  scryptSync(password, salt, length, { N, r, p, maxmem: 256 * N * r });

export const bcrypt = (password: string, variant = 'b', cost = 4): string =>
  bcryptPackage.hashSync(password, cost).replace(/^\$2b/, `$2${variant}`);

type Argon2Type = 'argon2id' | 'argon2i' | 'argon2d';

/** PHC form with the parameters in the order of the specification: m, t, p. */
export async function argon2(
  password: string,
  type: Argon2Type = 'argon2id',
  [memory, passes, lanes]: readonly [number, number, number] = [1024, 2, 1],
): Promise<string> {
  const salt = randomBytes(16);
  const raw = await argon2Package.hash(password, {
    type: argon2Package[type],
    memoryCost: memory,
    timeCost: passes,
    parallelism: lanes,
    salt,
    raw: true,
  });
  return `$${type}$v=19$m=${memory},t=${passes},p=${lanes}$${unpadded(salt)}$${unpadded(raw)}`;
}

/** As the npm package writes it, whatever its version. */
export const npmArgon2 = (password: string): Promise<string> =>
  argon2Package.hash(password, { memoryCost: 4096, timeCost: 2 });

function djangoPbkdf2(password: string, algorithm: 'sha256' | 'sha1', length: number, iterations: number) {
  const salt = word(22);
  const key = pbkdf2Sync(password, salt, iterations, length, algorithm);
  return `pbkdf2_${algorithm}$${iterations}$${salt}$${base64(key)}`;
}

export const django = {
  pbkdf2Sha256: (password: string, iterations = 1000) => djangoPbkdf2(password, 'sha256', 32, iterations),
  pbkdf2Sha1: (password: string) => djangoPbkdf2(password, 'sha1', 20, 1000),
  argon2: async (password: string) => `argon2${await argon2(password, 'argon2id', [2048, 2, 8])}`,
  bcrypt: (password: string) => `bcrypt$${bcrypt(password)}`,
  bcryptSha256: (password: string) => `bcrypt_sha256$${bcrypt(digest('sha256', password).toString('hex'))}`,
  scrypt(password: string) {
    const salt = word(22);
    return `scrypt$1024$${salt}$8$5$${base64(scrypt(password, salt, 64, 1024, 8, 5))}`;
  },
  /** Unsalted but for a prefix: `md5$salt$hex`. */
  plain(password: string, algorithm: 'md5' | 'sha1') {
    const salt = word(12);
    return `${algorithm}$${salt}$${digest(algorithm, salt, password).toString('hex')}`;
  },
  unusable: () => `!${word(40)}`,
};

export const werkzeug = {
  pbkdf2(password: string) {
    const salt = word(16);
    return `pbkdf2:sha256:1000$${salt}$${pbkdf2Sync(password, salt, 1000, 32, 'sha256').toString('hex')}`;
  },
  scrypt(password: string) {
    const salt = word(16);
    return `scrypt:32768:8:1$${salt}$${scrypt(password, salt, 64, 32768, 8, 1).toString('hex')}`;
  },
};

const CRYPT_LETTERS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The Base64 of crypt(3): least significant bits first. */
function cryptBase64(bytes: Buffer): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += 3) {
    const group = bytes.subarray(start, start + 3);
    let bits = group.reduce((sum, byte, index) => sum | (byte << (8 * index)), 0);
    for (let left = group.length + 1; left > 0; left--, bits >>>= 6) text += CRYPT_LETTERS[bits & 63];
  }
  return text;
}

function stretched(algorithm: string, password: string, salt: string, log2: number): string {
  let key = digest(algorithm, salt, password);
  for (let round = 0; round < 2 ** log2; round++) key = digest(algorithm, key, password);
  return `${CRYPT_LETTERS[log2]}${salt}${cryptBase64(key)}`;
}

export const phpass = (password: string, prefix: '$P$' | '$H$' = '$P$'): string =>
  prefix + stretched('md5', password, word(8), 8);

export const drupal = (password: string): string =>
  `$S$${stretched('sha512', password, word(8), 10)}`.slice(0, 55);

/** WordPress 6.8 and later. */
export const wordpress = (password: string): string =>
  `$wp${bcrypt(base64(createHmac('sha384', 'wp-sha384').update(password.trim()).digest()), 'y')}`;

export const aspnet = {
  version2(password: string) {
    const salt = randomBytes(16);
    return base64(Buffer.concat([Buffer.from([0]), salt, pbkdf2Sync(password, salt, 1000, 32, 'sha1')]));
  },
  version3(password: string) {
    const [salt, iterations, header] = [randomBytes(16), 10_000, Buffer.alloc(13)];
    header[0] = 1;
    // The pseudo-random function: HMAC-SHA512.
    header.writeUInt32BE(2, 1);
    header.writeUInt32BE(iterations, 5);
    header.writeUInt32BE(salt.length, 9);
    return base64(Buffer.concat([header, salt, pbkdf2Sync(password, salt, iterations, 32, 'sha512')]));
  },
};

export const spring = {
  bcrypt: (password: string) => `{bcrypt}${bcrypt(password, 'a')}`,
  noop: (password: string) => `{noop}${password}`,
  argon2: async (password: string) => `{argon2@SpringSecurity_v5_8}${await argon2(password)}`,
  pbkdf2(password: string) {
    const salt = randomBytes(16);
    const key = pbkdf2Sync(password, salt, 3100, 32, 'sha256');
    return `{pbkdf2@SpringSecurity_v5_8}${Buffer.concat([salt, key]).toString('hex')}`;
  },
  scrypt(password: string) {
    const [salt, log2, r, p] = [randomBytes(16), 10, 8, 1];
    const parameters = ((log2 << 16) | (r << 8) | p).toString(16);
    const key = scrypt(password, salt, 32, 2 ** log2, r, p);
    return `{scrypt@SpringSecurity_v5_8}$${parameters}$${base64(salt)}$${base64(key)}`;
  },
  sha256(password: string) {
    const salt = randomBytes(8);
    let key = digest('sha256', salt, password);
    for (let round = 1; round < 1024; round++) key = digest('sha256', key);
    return `{sha256}${salt.toString('hex')}${key.toString('hex')}`;
  },
};

function saltedLdap(scheme: string, algorithm: string, password: string): string {
  const salt = randomBytes(8);
  return `{${scheme}}${base64(Buffer.concat([digest(algorithm, password, salt), salt]))}`;
}

export const ldap = {
  ssha: (password: string) => saltedLdap('SSHA', 'sha1', password),
  ssha512: (password: string) => saltedLdap('SSHA512', 'sha512', password),
};

/** The column `secret_data` of Keycloak. */
export function keycloak(
  password: string,
  algorithm: 'sha256' | 'sha512',
  iterations: number,
): { value: string; salt: string; secret: string } {
  const bytes = randomBytes(16);
  const key = pbkdf2Sync(password, bytes, iterations, algorithm === 'sha256' ? 32 : 64, algorithm);
  const [value, salt] = [base64(key), base64(bytes)];
  return { value, salt, secret: JSON.stringify({ value, salt, additionalParameters: {} }) };
}

export const passlib = {
  pbkdf2(password: string, algorithm: 'sha1' | 'sha256' | 'sha512') {
    const salt = randomBytes(16);
    const length = { sha1: 20, sha256: 32, sha512: 64 }[algorithm];
    const name = algorithm === 'sha1' ? 'pbkdf2' : `pbkdf2-${algorithm}`;
    return `$${name}$1000$${dotted(salt)}$${dotted(pbkdf2Sync(password, salt, 1000, length, algorithm))}`;
  },
  scrypt(password: string) {
    const salt = randomBytes(16);
    return `$scrypt$ln=10,r=8,p=1$${unpadded(salt)}$${unpadded(scrypt(password, salt, 32, 1024, 8, 1))}`;
  },
  bcryptSha256(password: string) {
    const salt = bcryptPackage.genSaltSync(4).slice('$2b$04$'.length);
    const inner = base64(createHmac('sha256', salt).update(password).digest());
    return `$bcrypt-sha256$v=2,t=2b,r=4$${salt}$${bcryptPackage.hashSync(inner, `$2b$04$${salt}`).slice(-31)}`;
  },
};

export function phcPbkdf2(password: string): string {
  const salt = randomBytes(16);
  const key = pbkdf2Sync(password, salt, 1000, 32, 'sha256');
  return `$pbkdf2-sha256$i=1000,l=32$${unpadded(salt)}$${unpadded(key)}`;
}

/** Hashes whose salt is in another column, so that the hash column alone does not tell the password. */
export const withoutSalt = {
  passport: (password: string) =>
    pbkdf2Sync(password, randomBytes(32).toString('hex'), 25_000, 512, 'sha256').toString('hex'),
  discourse: (password: string) =>
    pbkdf2Sync(password, randomBytes(16).toString('hex'), 64_000, 32, 'sha256').toString('hex'),
  firebase(password: string) {
    const separator = Buffer.from('Bw==', 'base64');
    const key = scrypt(password, Buffer.concat([randomBytes(8), separator]), 32, 2 ** 14, 8, 1);
    const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
    return base64(Buffer.concat([cipher.update(randomBytes(64)), cipher.final()]));
  },
  symfony(password: string) {
    const message = `${password}{${word(31)}}`;
    let key = digest('sha512', message);
    for (let round = 1; round < 5000; round++) key = digest('sha512', key, message);
    return base64(key);
  },
};

export function betterAuth(password: string): string {
  const salt = randomBytes(16).toString('hex');
  return `${salt}:${scrypt(password.normalize('NFKC'), salt, 64, 16_384, 16, 1).toString('hex')}`;
}

export const bcryptOfSha256 = (password: string): string => bcrypt(base64(digest('sha256', password)));

export const hex = (password: string, algorithm: 'md5' | 'sha256'): string =>
  digest(algorithm, password).toString('hex');
