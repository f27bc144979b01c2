import { Inject, Injectable } from '@nestjs/common';
import type { KeyObject } from 'node:crypto';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { encryptionKeyOf, keyringOf } from '../../config/keyring.js';
import { RowIds } from '../../database/row-ids.js';
import type { Jwk } from './jwk.entity.js';
import { jwtOptions } from './jwt-options.js';
import { JwksStore } from './jwks.store.js';
import {
  newSigningKey,
  presentJwk,
  privateKeyOf,
  publicKeyOf,
  type Algorithm,
  type KeyKind,
} from './signing-key.js';

interface SigningKey {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly key: KeyObject;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** A key that verifies JWTs, and the algorithm that their header must name. */
export interface VerifyingKey {
  readonly alg: string;
  readonly key: KeyObject;
}

/** The table is read at most once in this many milliseconds. */
const READ_INTERVAL = 30_000;

/** The keys that sign and verify JWTs. They are rows of the table `jwks`, which stay in memory for 30 s. */
@Injectable()
export class SigningKeys {
  private rows: Jwk[] = [];
  private readAt = -Infinity;
  private current: SigningKey | undefined;
  private readonly publicKeys = new Map<string, VerifyingKey>();

  constructor(
    private readonly store: JwksStore,
    private readonly ids: RowIds,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Returns the newest key with the configured algorithm that has not expired and that our secrets decrypt. Creates one if there is
   * none.
   */
  async signing(): Promise<SigningKey> {
    await this.read();
    if (this.current && this.current.expiresAt <= Date.now()) this.current = undefined;
    this.current ??= this.usable(this.rows) ?? (await this.create());
    return this.current;
  }

  /**
   * Reads the table again if it does not know the `kid`, but at most once a second.
   * @returns undefined if the table has no such key.
   */
  async verifying(kid: string): Promise<VerifyingKey | undefined> {
    await this.read();
    if (!this.rows.some((row) => row.id === kid)) await this.read(1000);
    const row = this.rows.find((candidate) => candidate.id === kid);
    if (!row) return undefined;
    const key = this.publicKeys.get(kid) ?? { alg: row.alg ?? this.kind.alg, key: publicKeyOf(row) };
    this.publicKeys.set(kid, key);
    return key;
  }

  /**
   * Returns the published key set (RFC 7517 §5). Expired keys stay in it for `jwks.gracePeriod`, because their JWTs may
   * still be used.
   */
  async published(): Promise<{ keys: Record<string, unknown>[] }> {
    await this.signing();
    const now = Date.now();
    const grace = jwtOptions.of(this.config).jwks.gracePeriod * 1000;
    return {
      keys: this.rows
        .filter(({ expiresAt }) => !expiresAt || expiresAt.getTime() + grace > now)
        .map((row) => presentJwk(row, this.kind.alg)),
    };
  }

  private get kind(): KeyKind {
    return jwtOptions.of(this.config).jwks.keyPairConfig;
  }

  private async create(): Promise<SigningKey> {
    await this.store.exclusively(async (manager) => {
      const rows = await this.store.all(manager);
      if (this.usable(rows)) return;
      await this.store.add(await this.newKey(), manager);
    });
    await this.read(0);
    const made = this.usable(this.rows);
    if (!made) throw new Error('The new signing key could not be read back from the table jwks.');
    return made;
  }

  private async newKey(): Promise<Jwk> {
    const { rotationInterval } = jwtOptions.of(this.config).jwks;
    const now = new Date();
    const expiresAt =
      rotationInterval === undefined ? null : new Date(now.getTime() + rotationInterval * 1000);
    const encryptionKey = encryptionKeyOf(this.config);
    const key = await newSigningKey({ kind: this.kind, encryptionKey, now, expiresAt });
    return { ...key, id: await this.ids.next('jwks') };
  }

  /** Skips keys that our secrets do not decrypt, because a lost secret must not stop every sign-in. */
  private usable(rows: readonly Jwk[]): SigningKey | undefined {
    const now = Date.now();
    const { alg } = this.kind;
    for (const row of rows) {
      if ((row.alg ?? alg) !== alg || (row.expiresAt && row.expiresAt.getTime() <= now)) continue;
      try {
        const key = privateKeyOf(row, keyringOf(this.config));
        return { kid: row.id, alg, key, expiresAt: row.expiresAt?.getTime() ?? Infinity };
      } catch {
        continue;
      }
    }
    return undefined;
  }

  private async read(maxAge = READ_INTERVAL): Promise<void> {
    if (Date.now() - this.readAt < maxAge) return;
    this.rows = await this.store.all();
    this.readAt = Date.now();
    this.current = undefined;
    this.publicKeys.clear();
  }
}
