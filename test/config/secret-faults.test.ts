import { randomBytes } from 'node:crypto';
import { secretFaults } from '../../src/config/secret-faults.js';

const GOOD = 'a secret that only these tests know';

describe('a secret', () => {
  test.each([
    ['better-auth-secret-12345678901234567890'],
    ['super-secret-jwt-token-with-at-least-32-characters-long'],
    ['09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7'],
    ['404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970'],
    ['DO NOT USE THIS VALUE. INSTEAD, CREATE A COMPLEX SECRET AND KEEP IT SAFE OUTSIDE OF THE SOURCE CODE.'],
    ['ThisTokenIsNotSoSecretChangeIt'],
    ['replace-me-with-a-very-long-random-string'],
    ['my_sup3r_s3cr3t_k3y_ch4ng3_m3_in_production'],
    ['your-256-bit-secret-your-256-bit-key'],
  ])('may not be the published example %s', (secret) => {
    expect(secretFaults({ BETTER_AUTH_SECRET: secret })).toEqual([
      'BETTER_AUTH_SECRET is a published example. Make one with: openssl rand -base64 32',
    ]);
  });

  test.each([
    'secret',
    'changeme',
    'change_me',
    'changeit',
    'shhhhh',
    'keyboard cat',
    'your-256-bit-secret',
    'secret123',
  ])('of the legacy application may not be %s', (secret) => {
    expect(secretFaults({ LEGACY_JWT_SECRET: secret }).join()).toMatch(
      /^LEGACY_JWT_SECRET is a published example/,
    );
  });

  test.each(['x'.repeat(40), '0'.repeat(32)])('may not repeat one character: %s', (secret) => {
    expect(secretFaults({ BETTER_AUTH_SECRETS: [{ version: 3, value: secret }] })).toEqual([
      'BETTER_AUTH_SECRETS, version 3, repeats one character. Make one with: openssl rand -base64 32',
    ]);
  });

  test.each([
    'a-secret-of-at-least-32-characters!!',
    '0123456789abcdef'.repeat(3),
    '12345678901234567890123456789012',
  ])('that somebody made up by hand is accepted: %s', (secret) => {
    expect(secretFaults({ BETTER_AUTH_SECRET: secret })).toEqual([]);
  });

  test('of the legacy application may not be one of this server', () => {
    const fault = /^LEGACY_JWT_SECRET is the same as BETTER_AUTH_SECRET/;
    const versioned = [
      { version: 2, value: 'the newer secret of these tests' },
      { version: 1, value: GOOD },
    ];
    expect(secretFaults({ BETTER_AUTH_SECRET: GOOD, LEGACY_JWT_SECRET: GOOD }).join()).toMatch(fault);
    expect(secretFaults({ BETTER_AUTH_SECRETS: versioned, LEGACY_JWT_SECRET: GOOD }).join()).toMatch(fault);
    expect(
      secretFaults({ BETTER_AUTH_SECRET: GOOD, LEGACY_JWT_SECRET: 'the old one of these tests' }),
    ).toEqual([]);
  });

  test('that is random is accepted', () => {
    for (let time = 0; time < 2000; time += 1) {
      for (const encoding of ['base64', 'base64url', 'hex'] as const) {
        const [own, legacy] = [24, 16].map((length) => randomBytes(length).toString(encoding));
        expect(secretFaults({ BETTER_AUTH_SECRET: own ?? '', LEGACY_JWT_SECRET: legacy ?? '' })).toEqual([]);
      }
    }
  });

  test('never stands in a message', () => {
    const value = 'change-me-please-change-me-please';
    const faults = secretFaults({ BETTER_AUTH_SECRET: value, LEGACY_JWT_SECRET: value });
    expect(faults).toHaveLength(3);
    for (const fault of faults) expect(fault).not.toContain(value);
  });
});
