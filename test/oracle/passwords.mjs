// The value of `emailAndPassword.password` for a `better-auth` beside Gatehouse. It writes bcrypt hashes and also accepts
// Better Auth's scrypt hashes, so each server can verify the hashes that the other wrote.
import { createHmac } from 'node:crypto';
import bcrypt from 'bcrypt';
import { verifyPassword as verifyScrypt } from 'better-auth/crypto';

const COST = 11;

const fits = (text) => Buffer.byteLength(text) <= 72 && !text.includes('\0');
const shorten = (text, salt) => createHmac('sha256', salt).update(text).digest('base64');

export const password = {
  /** bcrypt reads only 72 bytes. A longer password is hashed with HMAC-SHA-256 first, in the format of passlib. */
  async hash(given) {
    const text = given.normalize('NFKC');
    if (fits(text)) return bcrypt.hash(text, COST);
    const prefix = await bcrypt.genSalt(COST);
    const salt = prefix.slice(7);
    const hash = await bcrypt.hash(shorten(text, salt), prefix);
    return `$bcrypt-sha256$v=2,t=2b,r=${COST}$${salt}$${hash.slice(29)}`;
  },

  async verify({ hash, password: given }) {
    const text = given.normalize('NFKC');
    const long = /^\$bcrypt-sha256\$v=2,t=2b,r=(\d+)\$(.{22})\$(.{31})$/.exec(hash);
    if (long) {
      const [, cost, salt, digest] = long;
      return bcrypt.compare(shorten(text, salt), `$2b$${cost.padStart(2, '0')}$${salt}${digest}`);
    }
    if (/^\$2[aby]\$/.test(hash) && !text.includes('\0')) {
      const stored = `$2b$${hash.slice(4)}`;
      return (await bcrypt.compare(text, stored)) || bcrypt.compare(given, stored);
    }
    return /^[0-9a-f]{32}:[0-9a-f]{128}$/.test(hash) ? verifyScrypt({ hash, password: given }) : false;
  },
};
