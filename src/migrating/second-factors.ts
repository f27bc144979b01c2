import type { DataSource } from 'typeorm';
import {
  carrySecondFactors,
  secondFactorsMigration,
  type CarriedFactors,
} from '../../migrations/second-factors.js';
import type { MigrationClass } from '../../migrations/configured-columns.js';
import type { ConfiguredFields } from '../config/configured-fields.js';
import { randomToken } from '../crypto/random.js';
import { encrypt } from '../crypto/symmetric-encryption.js';
import { withStoredNames } from './stored-names.js';
import { totpReader } from '../legacy/totp-secrets.js';

/** The prefix by which the plugin knows a secret that it has not made itself. */
const IMPORTED = 'base32:';
const NO_CODES = '[]';

/** The migration that carries second factors of the old application over; undefined unless it is wanted. */
export function carriedSecondFactors(fields: ConfiguredFields): MigrationClass | undefined {
  const factors = factorsIn(fields);
  return factors && secondFactorsMigration(factors);
}

/** Carries the second factors over that users of the old application have switched on since the migrations. */
export async function catchUpSecondFactors(dataSource: DataSource, fields: ConfiguredFields): Promise<void> {
  const factors = factorsIn(fields);
  if (!factors) return;
  const runner = dataSource.createQueryRunner();
  try {
    await withStoredNames(runner, () => carrySecondFactors(runner, factors));
  } finally {
    await runner.release();
  }
}

function factorsIn(fields: ConfiguredFields): CarriedFactors | undefined {
  const { secondFactors: wanted, plugins, user } = fields;
  const table = plugins?.tables.find(({ model }) => model === 'twoFactor');
  const enabled = user.additionalFields.find(({ name }) => name === 'twoFactorEnabled');
  if (!wanted || !table || !enabled) return undefined;
  const { column, format, key, encryption } = wanted;
  const given = format === undefined ? undefined : totpReader(format, key);
  const usual = { base32: totpReader('base32', undefined), hex: totpReader('hex', undefined) };
  return {
    table,
    enabledColumn: enabled.column,
    secretColumn: column,
    newId: () => randomToken(24),
    read: (stored, row, usualFormat) => (given ?? usual[usualFormat])(stored, row),
    seal: (secret) => ({
      secret: encrypt(IMPORTED + secret, encryption),
      backupCodes: encrypt(NO_CODES, encryption),
    }),
  };
}
