import bcrypt from 'bcrypt';
import { hashFormat } from '../../../src/crypto/password/hash-format.js';
import { verifyPassword } from '../../../src/crypto/password/password-hasher.js';

/** Hashes of a legacy Python application, at least one for each of its formats. */
const application: [string, string, string][] = [
  ['bcrypt', 'legacy pass 1 ñ', '$2b$12$k/3EQQYJEzvTlTpgHyyH6uZ..t8OOov0plBaLe5LNnZADOlHIv1Ae'],
  ['bcrypt', 'legacy pass 4 ñ', '$2a$10$iEl4/fugVArvGbKoHtTK.e0XY91a0ke8R.yIfhm7sl2BxBY.ecql6'],
  ['bcrypt', 'legacy pass 5 ñ', '$2a$10$Nuei0FjRdi5W9O26oh/mb.9hj1xSeixiNRbF4BQwUhclNdPvOe.MO'],
  ['bcrypt', 'legacy pass 7 ñ', '$2y$10$/s1LUykr/Ib7U/jxKRx6Xe/LMPz0RFJJDpgkJuWXXn03AnUJrbvEu'],
  ['bcrypt', 'legacy pass 8 ñ', '$2y$10$qcmAjgi2TedBUq9nEE1hiu9AFYDqEl.2HbLoOHfRskIy/4crr9e7m'],
  [
    'bcrypt-sha256',
    'legacy pass 10 ñ',
    '$bcrypt-sha256$v=2,t=2b,r=12$nZo/xar3C/EZ6N.ixfX1Mu$vIVYYxFc4cAZ/Yd82dXv9pu.K0mnmwe',
  ],
  [
    'bcrypt-sha256',
    `${'x'.repeat(100)}-long`,
    '$bcrypt-sha256$v=2,t=2b,r=12$0NXtfrTRXxZdMDNhNf5Aku$5mXDs8H8e.Dg0HW5Vrl.eXhMY10SGjC',
  ],
  [
    'argon2',
    'legacy pass 13 ñ',
    '$argon2id$v=19$m=19456,t=2,p=1$We8yT24+hbihyLhs+ng3RA$YuaTZHUjoR+4mMtKzH+vBusgj+OlrmNz5DItMRKeVjM',
  ],
  [
    'django-pbkdf2',
    'legacy pass 16 ñ',
    'pbkdf2_sha256$600000$b4a40bc98a25f34140856236$N7FqYpXHNsi7/YD/Vopl7xFDVnD4Ag2jNCoIsYESpK4=',
  ],
  [
    'pbkdf2',
    'legacy pass 19 ñ',
    '$pbkdf2-sha256$29000$vbRiIpfQPxpgj.cwjwJZsA$UmOKu2OgCUO5cK.FFXbZ3VXd1u1T2aeqO0TtgTd1RkQ',
  ],
  [
    'pbkdf2',
    'legacy pass 21 ñ',
    '$pbkdf2-sha256$29000$B8/chx4rNJ.VJanpNfUmJA$HJI3KNE..WFiCSZ15hbVSHi879y73TRIw4OJYqVsrbY',
  ],
];

const repeated = 'abc123'.repeat(12);
/**
 * Published hashes from passlib's tests, the argon2 reference and Better Auth
 * (src/crypto/protocol.md, "Test vectors").
 */
const published: [string, string, string][] = [
  ['bcrypt', 'U*U*U*U*', '$2a$05$c92SVSfjeiCD6F2nAD6y0uBpJDjdRkt0EgeC4/31Rf2LUZbDRDE.O'],
  ['bcrypt', '', '$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.'],
  ['bcrypt', 'táБℓə', '$2b$05$Z17AXnnlpzddNUvnC6cZNOSwMA/8oNiKnHTHTwLlBijfucQQlHjaG'],
  ['bcrypt-sha256', '', '$bcrypt-sha256$2a,5$E/e/2AOhqM5W/KJTFQzLce$F6dYSxOdAEoJZO2eoHUZWZljW/e0TXO'],
  ['bcrypt-sha256', 'password', '$bcrypt-sha256$2b,5$5Hg1DKFqPE8C2aflZ5vVoe$12BjNE0p7axMg55.Y/mHsYiVuFBDQyu'],
  ['bcrypt-sha256', 'táБℓə', '$bcrypt-sha256$2b,5$.US1fQ4TQS.ZTz/uJ5Kyn.$QNdPDOTKKT5/sovNz1iWg26quOU4Pje'],
  [
    'bcrypt-sha256',
    `${repeated}qwr`,
    '$bcrypt-sha256$2b,5$X1g1nh3g0v4h6970O68cxe$021KLEif6epjot5yoxk0m8I0929ohEa',
  ],
  ['bcrypt-sha256', '', '$bcrypt-sha256$v=2,t=2b,r=5$E/e/2AOhqM5W/KJTFQzLce$WFPIZKtDDTriqWwlmRFfHiOTeheAZWe'],
  [
    'bcrypt-sha256',
    'táБℓə',
    '$bcrypt-sha256$v=2,t=2b,r=5$.US1fQ4TQS.ZTz/uJ5Kyn.$pzzgp40k8reM1CuQb03PvE0IDPQSdV6',
  ],
  [
    'bcrypt-sha256',
    `${repeated}xyz`,
    '$bcrypt-sha256$v=2,t=2b,r=5$X1g1nh3g0v4h6970O68cxe$zC/1UDUG2ofEXB6Onr2vvyFzfhEOS3S',
  ],
  [
    'argon2',
    'password',
    '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA',
  ],
  [
    'scrypt',
    'password123',
    '80aed88d34308c52cb70bd5807400d8c:2a9c774815596b700b1cd781ba850eab4bce3209b93206306bfd4309c8c8e690924e78b29fac5143520becde216b40810f4e804a107468cbe93b250b33455da5',
  ],
];

describe.each([...application, ...published])('%s hash of %j: %s', (format, password, stored) => {
  it('is recognised and matches only its password', async () => {
    expect(hashFormat(stored)).toBe(format);
    expect(await verifyPassword(stored, password)).toBe(true);
    expect(await verifyPassword(stored, `!${password}`)).toBe(false);
    expect(await verifyPassword(stored, password.toUpperCase() + '.')).toBe(false);
  });
});

describe('plain bcrypt', () => {
  it('ignores the unused bits of the salt, which some old libraries set', async () => {
    const stored = await bcrypt.hash('password', '$2b$04$abcdefghijklmnopqrstuu');
    const unpadded = stored.replace('stuu', 'stuv');
    expect(unpadded).not.toBe(stored);
    expect(await bcrypt.compare('password', unpadded)).toBe(false); // so Gatehouse cannot use the package's own compare
    expect(await verifyPassword(unpadded, 'password')).toBe(true);
    expect(await verifyPassword(unpadded, 'Password')).toBe(false);
  });

  it('reads only 72 bytes with each prefix, like the legacy applications', async () => {
    const digest = '$04$abcdefghijklmnopqrstuu';
    for (const length of [72, 73, 254, 255, 256, 300]) {
      const made = await bcrypt.hash('0'.repeat(72), `$2b${digest}`);
      for (const prefix of ['$2a', '$2b', '$2y']) {
        expect(await verifyPassword(prefix + made.slice(3), '0'.repeat(length))).toBe(true);
        expect(await verifyPassword(prefix + made.slice(3), '0'.repeat(71))).toBe(false);
      }
    }
  });

  it('cuts after 72 bytes even inside of a character', async () => {
    const password = 'é'.repeat(35) + '😀x'; // the emoji is at bytes 70 to 73
    const stored = await bcrypt.hash(Buffer.from(password).subarray(0, 72), 4);
    expect(await verifyPassword(stored, password)).toBe(true);
    expect(await verifyPassword(stored, 'é'.repeat(35))).toBe(false);
  });

  it('never matches a password with a NUL, because bcrypt ignores what follows the NUL', async () => {
    const stored = await bcrypt.hash('a', 4);
    expect(await bcrypt.compare('a\0a', stored)).toBe(true); // the reason for this rule
    expect(await verifyPassword(stored, 'a\0a')).toBe(false);
    expect(await verifyPassword(stored, 'a\0')).toBe(false);
    expect(await verifyPassword(stored, 'a')).toBe(true);
  });
});

describe('a legacy hash of a password that is not in NFKC', () => {
  it('matches the password without normalisation', async () => {
    const stored = await bcrypt.hash('cafe\u0301 ﬁn', 4);
    expect(await verifyPassword(stored, 'cafe\u0301 ﬁn')).toBe(true);
  });
});
