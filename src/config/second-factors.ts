import type { EncryptionKey } from '../crypto/symmetric-encryption.js';
import type { Environment } from './environment.js';
import { parseAll } from './parse-variables.js';
import { knownVariables } from './variables.js';
import type { VersionedSecret } from './values.js';

/** How the migrations read the secrets of second factors of the old application, and how they store them. */
export interface SecondFactors {
  /** The column of the users table. If undefined, the migrations look for one. */
  readonly column: string | undefined;
  /** The value of `LEGACY_TOTP_FORMAT`. If undefined, each place has its usual format. */
  readonly format: string | undefined;
  /** The key of an encrypted format. */
  readonly key: string | undefined;
  readonly encryption: EncryptionKey;
}

const SECRETS = ['BETTER_AUTH_SECRET', 'BETTER_AUTH_SECRETS'];

/** Undefined unless `LEGACY_SECOND_FACTOR=carry-over`. */
export function secondFactorsFrom(
  environment: Environment,
  { hasPlugin }: { readonly hasPlugin: boolean },
  faults: string[],
): SecondFactors | undefined {
  if (environment['LEGACY_SECOND_FACTOR'] !== 'carry-over') return undefined;
  if (!hasPlugin)
    faults.push('LEGACY_SECOND_FACTOR=carry-over needs the plugin two-factor. Add it to PLUGINS.');
  const parsed = parseAll(environment, knownVariables([]), SECRETS, faults, []);
  const [versioned, single] = [parsed.get('BETTER_AUTH_SECRETS'), parsed.get('BETTER_AUTH_SECRET')];
  const [current] = (versioned as readonly VersionedSecret[] | undefined) ?? [];
  if (!current && single === undefined)
    faults.push('LEGACY_SECOND_FACTOR=carry-over needs the secret of the server. Set BETTER_AUTH_SECRET.');
  return {
    column: environment['LEGACY_TOTP_SECRET_COLUMN'] || undefined,
    format: environment['LEGACY_TOTP_FORMAT'] || undefined,
    key: environment['LEGACY_TOTP_KEY'] || undefined,
    encryption: {
      current: current ?? { version: 0, value: String(single) },
      versioned: current !== undefined,
    },
  };
}
