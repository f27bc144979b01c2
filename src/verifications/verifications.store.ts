import { Inject, Injectable } from '@nestjs/common';
import { DataSource, In, LessThan, type EntityManager } from 'typeorm';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { HookedRows } from '../database/hooked-rows.js';
import { RowHooks } from '../database/row-hooks.js';
import { RowIds } from '../database/row-ids.js';
import { storedIdentifier } from './stored-identifier.js';
import { Verification } from './verification.entity.js';

/** Expired rows that one lookup deletes if hooks run for each. */
const CLEANUP_WITH_HOOKS = 50;
/** Expired rows that one lookup deletes. */
const CLEANUP_LIMIT = 1000;

/**
 * Stores tokens of mailed links and other values that can be redeemed once
 * (src/verifications/protocol.md, "Rows").
 */
@Injectable()
export class VerificationsStore {
  private readonly rows: HookedRows<Verification>;
  private isCleaning = false;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly ids: RowIds,
    hooks: RowHooks,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.rows = new HookedRows(hooks, 'verification', Verification, {
      id: 'id',
      identifier: 'identifier',
      value: 'value',
      expiresAt: 'expiresAt',
      createdAt: 'createdAt',
      updatedAt: 'updatedAt',
    });
  }

  /**
   * @param life seconds until the row expires.
   * @returns false if a hook of a feature refuses the row.
   */
  async add(
    identifier: string,
    value: string,
    life: number,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<boolean> {
    const row = await this.row(await this.ids.next('verifications'), identifier, value, life);
    if (this.rows.has('create')) return this.rows.insert(row, manager);
    await manager.insert(Verification, row);
    return true;
  }

  /** Value of the newest row that has not expired, or, with `alsoExpired`, of the newest row. Keeps the row. */
  async find(identifier: string, { alsoExpired = false } = {}): Promise<string | undefined> {
    const stored = await this.storedForms(identifier);
    if (!stored) return undefined;
    const rows = await this.dataSource.query<{ value: string }[]>(
      `select value from {verifications}
        where identifier = any($1) and (expires_at > $2 or $3)
        order by created_at desc limit 1`,
      [stored, new Date(), alsoExpired],
    );
    if (!this.config.verification.disableCleanup) await this.removeExpired();
    return rows[0]?.value;
  }

  /**
   * Redeems the value: of parallel calls exactly one gets it. An expired row is deleted too, but its value is not
   * returned. If the caller's transaction fails, the rows are back. Undefined too if a hook of a feature refuses it.
   */
  async consume(
    identifier: string,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<string | undefined> {
    const stored = await this.storedForms(identifier);
    if (!stored) return undefined;
    if (this.rows.has('delete')) return this.consumeWithHooks(stored, manager);
    const [rows] = await manager.query<[{ value: string; expires_at: Date; created_at: Date }[], number]>(
      'delete from {verifications} where identifier = any($1) returning value, expires_at, created_at',
      [stored],
    );
    const now = new Date();
    const newest = rows
      .filter((row) => row.expires_at > now)
      .toSorted((a, b) => b.created_at.getTime() - a.created_at.getTime())[0];
    return newest?.value;
  }

  /** Hooks run for the newest row. The others are older links for the same purpose, which end with it. */
  private async consumeWithHooks(stored: string[], manager: EntityManager): Promise<string | undefined> {
    const identifier = In(stored);
    const newest = await manager.findOne(Verification, {
      where: { identifier },
      order: { createdAt: 'DESC' },
    });
    const [consumed] = newest ? await this.rows.delete({ id: newest.id }, manager) : [];
    if (!consumed) return undefined;
    await manager.delete(Verification, { identifier });
    return consumed.expiresAt > new Date() ? consumed.value : undefined;
  }

  /** Deletes the rows, expired or not. Returns how many this call deleted. */
  async remove(identifier: string): Promise<number> {
    const which = { identifier: In((await this.storedForms(identifier)) ?? []) };
    const { manager } = this.dataSource;
    if (this.rows.has('delete')) return (await this.rows.delete(which, manager)).length;
    const { affected } = await manager.delete(Verification, which);
    return affected ?? 0;
  }

  /** Deletes the tokens that were mailed to this user to reset the password or to delete the account. Their value is the id. */
  async deleteOf(userId: string, manager: EntityManager): Promise<void> {
    if (this.rows.has('delete')) await this.rows.delete({ value: userId }, manager, true);
    else await manager.delete(Verification, { value: userId });
  }

  /**
   * Reserves an identifier. True for exactly one of parallel calls.
   * @param life seconds until the identifier is free again.
   */
  async reserve(identifier: string, life: number): Promise<boolean> {
    // The primary key decides, because identifiers need not be unique.
    const id = this.ids.derived('verifications', `reserve:${identifier}`);
    const row = await this.row(id, identifier, '', life);
    const taken: unknown[] = await this.dataSource.query(
      `insert into {verifications} (id, identifier, value, expires_at, created_at, updated_at)
       values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing returning id`,
      [row.id, row.identifier, row.value, row.expiresAt, row.createdAt, row.updatedAt],
    );
    return taken.length > 0;
  }

  private async row(id: string, identifier: string, value: string, life: number): Promise<Verification> {
    const now = new Date();
    return {
      id,
      identifier: await this.stored(identifier),
      value,
      expiresAt: new Date(now.getTime() + life * 1000),
      createdAt: now,
      updatedAt: now,
    };
  }

  private stored(identifier: string): string | Promise<string> {
    const { functions, verification } = this.config;
    return storedIdentifier(
      identifier,
      functions.verification?.storeIdentifier ?? verification.storeIdentifier,
    );
  }

  /**
   * The hash, and the plain identifier for rows written before hashing was configured. Undefined if no row can have it.
   */
  private async storedForms(identifier: string): Promise<string[] | undefined> {
    if (identifier.includes('\0')) return undefined;
    const stored = await this.stored(identifier);
    return stored === identifier ? [identifier] : [stored, identifier];
  }

  /** Skips rows that another request is deleting or redeeming. */
  private async removeExpired(): Promise<void> {
    if (this.rows.has('delete')) {
      await this.removeExpiredWithHooks();
      return;
    }
    await this.dataSource.query(
      `delete from {verifications} where id in (
         select id from {verifications} where expires_at < $1 limit ${CLEANUP_LIMIT} for update skip locked)`,
      [new Date()],
    );
  }

  /** A hook cannot keep an expired row. If one throws, its row waits for another request. */
  private async removeExpiredWithHooks(): Promise<void> {
    if (this.isCleaning) return;
    this.isCleaning = true;
    const { manager } = this.dataSource;
    try {
      const where = { expiresAt: LessThan(new Date()) };
      const expired = await manager.find(Verification, {
        select: { id: true },
        where,
        take: CLEANUP_WITH_HOOKS,
      });
      for (const { id } of expired) await this.rows.delete({ id }, manager, true).catch(() => {});
    } finally {
      this.isCleaning = false;
    }
  }
}
