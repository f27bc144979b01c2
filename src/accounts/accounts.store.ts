import { Inject, Injectable } from '@nestjs/common';
import { DataSource, IsNull, Not, type EntityManager, type FindOptionsWhere } from 'typeorm';
import type { AdditionalField } from '../config/additional-fields.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { GatheredLookup } from '../database/gathered-lookup.js';
import { PreparedQueries, type PreparedQuery } from '../database/prepared-queries.js';
import { Replica } from '../database/replica.js';
import { RowIds } from '../database/row-ids.js';
import { insertText } from '../database/write-text.js';
import { AccountRows } from './account-rows.js';
import { AccountEntity } from './account.entity.js';
import { CREDENTIAL, type Account, type AccountSummary } from './account.js';
import {
  findAccount,
  listAccounts,
  listAccountSummaries,
  listAccountSummariesOfUsers,
} from './find-accounts.sql.js';
import { findCredentials, lockPassword, sharePassword, type CredentialRow } from './find-credentials.sql.js';
import { userFromRow } from '../users/user-row.js';
import type { User } from '../users/user.js';
import { lowerCaseAddress } from '../network/lower-case-address.js';

/** A user who may be the one signing in, with the password hash to check. */
export interface Credentials {
  readonly user: User;
  readonly accountId: string | null;
  readonly password: string | null;
}

export interface StoredPassword {
  readonly accountId: string;
  readonly hash: string;
}

@Injectable()
export class AccountsStore {
  private readonly userFields: readonly AdditionalField[];
  private readonly findCredentialsQuery: PreparedQuery;
  private readonly listQuery: PreparedQuery;
  private readonly summaries: GatheredLookup<AccountSummary>;

  /** The most rows that a list returns (src/config/protocol.md, "Options that shape the wire"). */
  private readonly listLimit: number;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly prepared: PreparedQueries,
    replica: Replica,
    private readonly ids: RowIds,
    private readonly rows: AccountRows,
    @Inject(CONFIG) { user, advanced }: Config,
  ) {
    this.userFields = user.additionalFields;
    this.listLimit = advanced.database.defaultFindManyLimit;
    this.findCredentialsQuery = findCredentials(this.userFields);
    this.listQuery = listAccounts(this.listLimit);
    this.summaries = new GatheredLookup(replica, {
      one: listAccountSummaries(this.listLimit),
      many: listAccountSummariesOfUsers(this.listLimit),
      keyOf: ({ userId }) => userId,
    });
  }

  /**
   * Usually returns one user. Returns several if the e-mails of legacy users differ only in case. The user whose e-mail is
   * spelled exactly as given comes first.
   */
  async findCredentials(email: string): Promise<Credentials[]> {
    const rows = await this.prepared.rows<CredentialRow>(this.findCredentialsQuery, [
      lowerCaseAddress(email),
    ]);
    return rows
      .map((row) => credentialsOf(row, this.userFields))
      .toSorted((a, b) => Number(b.user.email === email) - Number(a.user.email === email));
  }

  /** One hash of each kind among some thousand users. Costs the same however many users there are. */
  async sampleHashes(): Promise<string[]> {
    const rows = await this.dataSource.query<{ hash: string }[]>(
      `select min(password) as hash
         from (select password from {accounts} where provider_id = $1 and password is not null limit 20000) a
        group by case when password like '$2%' then left(password, 6)
                      when strpos(password, '$') = 0 then ''
                      else regexp_replace(password, '\\$[^$]*\\$[^$]*$', '') end
        limit 20`,
      [CREDENTIAL],
    );
    return rows.map(({ hash }) => hash);
  }

  /** The user has no account if a hook of a feature refuses it. */
  async addCredential(userId: string, password: string, manager: EntityManager): Promise<void> {
    if (!this.rows.has('create')) return this.addCredentialWithoutHooks(userId, password, manager);
    const now = new Date();
    const id = await this.ids.next('accounts');
    const times = { createdAt: now, updatedAt: now };
    await this.rows.insert({ id, ...credentialOf(userId), password, ...times }, manager);
  }

  async addCredentialWithoutHooks(userId: string, password: string, manager: EntityManager): Promise<void> {
    const now = new Date();
    const values = {
      id: await this.ids.next('accounts'),
      user_id: userId,
      provider_id: CREDENTIAL,
      provider_user_id: userId,
      password,
      created_at: now,
      updated_at: now,
    };
    const query = { name: 'add_credential', text: insertText('{accounts}', values) };
    await this.prepared.rows(query, Object.values(values), manager);
  }

  /** The user's credential account. Undefined if the user has no password. */
  async findPassword(userId: string): Promise<StoredPassword | undefined> {
    const account = await this.dataSource.manager.findOneBy(AccountEntity, credentialOf(userId));
    return account?.password ? { accountId: account.id, hash: account.password } : undefined;
  }

  /**
   * The stored hash. Nobody can replace it or delete the account before the transaction ends.
   * @param exclusively true if the transaction will change the account. Otherwise others may hold the lock too.
   */
  async lockPassword(
    accountId: string,
    manager: EntityManager,
    exclusively: boolean,
  ): Promise<string | undefined> {
    const query = exclusively ? lockPassword : sharePassword;
    const [row] = await this.prepared.rows<{ password: string | null }>(query, [accountId], manager);
    return row?.password ?? undefined;
  }

  /**
   * Replaces the hash only if it is still `previous`, so that a password changed in the meantime is not overwritten.
   * @returns false if the hash was another one, or if a hook of a feature refuses the change.
   */
  async replacePassword(
    accountId: string,
    previous: string,
    password: string,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<boolean> {
    const which = { id: accountId, password: previous };
    if (this.rows.has('update')) return (await this.rows.update(which, { password }, manager))?.length === 1;
    const { affected } = await manager.update(AccountEntity, which, { password, updatedAt: new Date() });
    return affected === 1;
  }

  /**
   * Stores another hash of the same password, if the hash is still `previous`. Until the switch-over has ended, it stores
   * only bcrypt hashes (`$2b$`), because the legacy application can read no others. Otherwise the old hash stays, which
   * still verifies the password. The setting `gatehouse.rehash` tells the triggers that the password is the same.
   */
  async rehash(accountId: string, previous: string, hash: string): Promise<void> {
    await this.dataSource.query(
      `with rehash as materialized (select set_config('gatehouse.rehash', 'on', true))
       update {accounts} as a set password = $3, updated_at = $4 from rehash
       where a.id = $1 and a.password = $2
         and ($3 like '$2b$%' or not exists (select 1 from gatehouse.switch_over where mode <> 'ended'))`,
      [accountId, previous, hash, new Date()],
    );
  }

  /**
   * Sets the password, whatever it was before. Adds a credential account if the user has none.
   * @returns false if a hook of a feature refuses the change.
   */
  async setPassword(userId: string, password: string, manager: EntityManager): Promise<boolean> {
    const changed = await this.changePassword(credentialOf(userId), password, manager);
    if (changed === 0) await this.addCredential(userId, password, manager);
    return changed !== undefined;
  }

  /** Sets the password of a user who has one, even if a hook refuses it. @returns false if the user has none. */
  async overwritePassword(userId: string, password: string, manager: EntityManager): Promise<boolean> {
    const where = { ...credentialOf(userId), password: Not(IsNull()) };
    return ((await this.changePassword(where, password, manager, true)) ?? 0) > 0;
  }

  /** @returns the number of accounts; undefined if a hook of a feature refuses the change. */
  private async changePassword(
    which: FindOptionsWhere<AccountEntity>,
    password: string,
    manager: EntityManager,
    must = false,
  ): Promise<number | undefined> {
    if (this.rows.has('update')) return (await this.rows.update(which, { password }, manager, must))?.length;
    const { affected } = await manager.update(AccountEntity, which, { password, updatedAt: new Date() });
    return affected;
  }

  /** Deletes the user's accounts at providers, even if a hook refuses it. */
  async deleteProvidersOf(userId: string, manager: EntityManager): Promise<void> {
    await this.deleteWhere({ userId, providerId: Not(CREDENTIAL) }, manager, true);
  }

  async deleteAllOf(userId: string, manager: EntityManager): Promise<void> {
    await this.deleteWhere({ userId }, manager);
  }

  async find(id: string, userId: string): Promise<Account | null> {
    const [account] = await this.prepared.rows<Account>(findAccount, [id, userId]);
    return account ?? null;
  }

  /** Returns the ids of the user's accounts and locks their rows until the transaction ends. */
  async lockAllOf(userId: string, manager: EntityManager): Promise<string[]> {
    const accounts = await manager.find(AccountEntity, {
      select: { id: true },
      where: { userId },
      take: this.listLimit,
      order: { id: 'ASC' },
      lock: { mode: 'pessimistic_write' },
    });
    return accounts.map(({ id }) => id);
  }

  async delete(id: string, manager: EntityManager): Promise<void> {
    await this.deleteWhere({ id }, manager);
  }

  private async deleteWhere(
    which: FindOptionsWhere<AccountEntity>,
    manager: EntityManager,
    must = false,
  ): Promise<void> {
    if (this.rows.has('delete')) await this.rows.delete(which, manager, must);
    else await manager.delete(AccountEntity, which);
  }

  listOf(userId: string): Promise<Account[]> {
    return this.prepared.rows(this.listQuery, [userId]);
  }

  listSummaries(userId: string): Promise<readonly AccountSummary[]> {
    return this.summaries.list(userId);
  }
}

const credentialOf = (userId: string) => ({ userId, providerId: CREDENTIAL, providerUserId: userId });

function credentialsOf(row: CredentialRow, userFields: readonly AdditionalField[]): Credentials {
  return {
    user: userFromRow(row, userFields),
    accountId: row.account_id,
    password: row.password,
  };
}
