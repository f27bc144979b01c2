import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { AdditionalField } from '../config/additional-fields.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { returnedValues, type AdditionalValues } from '../additional-fields/additional-input.js';
import { RowIds } from '../database/row-ids.js';
import { isUniqueViolation } from '../database/unique-violation.js';
import { isBannedSql } from './ban.sql.js';
import { UserEntity } from './user.entity.js';
import type { User } from './user.js';

export interface NewUser {
  readonly name: string;
  /** Lower-case. */
  readonly email: string;
  readonly image: string | null;
  /** False unless a provider vouches for it. */
  readonly emailVerified?: boolean;
  readonly additional: AdditionalValues;
}

export interface UserChanges {
  readonly name?: string | undefined;
  readonly image?: string | null | undefined;
  /** Lower-case, and nobody else's. */
  readonly email?: string;
  readonly emailVerified?: boolean;
  readonly additional?: AdditionalValues;
}

@Injectable()
export class UsersStore {
  private readonly fields: readonly AdditionalField[];

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly ids: RowIds,
    @Inject(CONFIG) config: Config,
  ) {
    this.fields = config.user.additionalFields;
  }

  async add(
    { additional, emailVerified = false, ...user }: NewUser,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<User> {
    const now = new Date();
    const row = {
      ...user,
      ...additional,
      isEmailVerified: emailVerified,
      emailVerifiedAt: emailVerified ? now : null,
      createdAt: now,
      updatedAt: now,
    };
    const id = this.ids.unlessDefault('users');
    const { raw } = await manager
      .createQueryBuilder()
      .insert()
      .into(UserEntity)
      .values(id === undefined ? row : { ...row, id })
      // As stored: half a surrogate pair, which JSON may carry and UTF-8 may not, comes back replaced.
      .returning('*')
      .execute();
    const [created = {}] = raw as (Record<string, unknown> & Partial<Pick<NewUser, 'name' | 'image'>>)[];
    return {
      ...user,
      name: created.name ?? user.name,
      image: created.image ?? user.image,
      id: String(created['id']),
      emailVerified,
      createdAt: now,
      updatedAt: now,
      additional: returnedValues(this.fields, ({ column }) => created[column]),
    };
  }

  /** What `add` would return, without a row: to who may not know that the e-mail is taken. */
  async pretendToAdd({ additional, ...user }: NewUser): Promise<User> {
    const now = new Date();
    const id = await this.ids.next('users');
    return {
      ...user,
      id,
      emailVerified: false,
      createdAt: now,
      updatedAt: now,
      additional: returnedValues(this.fields, ({ name }) => additional[name]),
    };
  }

  /** Whether the user was there to be updated; returns the row as it then is. */
  async update(
    id: string,
    { additional, emailVerified: isEmailVerified, ...changes }: UserChanges,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<User | undefined> {
    const all = { ...changes, isEmailVerified, ...additional, updatedAt: new Date() };
    await manager.update(UserEntity, { id }, all);
    const user = await manager.findOneBy(UserEntity, { id });
    return user ? userFrom(user, this.fields) : undefined;
  }

  async findById(id: string, manager: EntityManager = this.dataSource.manager): Promise<User | undefined> {
    const user = await manager.findOneBy(UserEntity, { id });
    return user ? userFrom(user, this.fields) : undefined;
  }

  async isBanned(id: string, manager: EntityManager): Promise<boolean> {
    const rows: { banned: boolean }[] = await manager.query(
      `select ${isBannedSql('u')} as banned from users u where u.id = $1`,
      [id],
    );
    return rows[0]?.banned ?? false;
  }

  /** Several legacy rows may differ by case only: then the one written exactly as given, else the one in lower case. */
  async findByEmail(email: string): Promise<User | undefined> {
    const [user] = await this.sharing(email, this.dataSource.manager);
    return user ? userFrom(user, this.fields) : undefined;
  }

  /** As `findByEmail`, but nobody where several rows share the address and none of them is written exactly so. */
  async findSureByEmail(
    email: string,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<User | undefined> {
    const [user, ...others] = await this.sharing(email, manager);
    const sure = user && (others.length === 0 || user.email === email);
    return sure ? userFrom(user, this.fields) : undefined;
  }

  private async sharing(email: string, manager: EntityManager): Promise<UserEntity[]> {
    const users = await manager
      .createQueryBuilder(UserEntity, 'u')
      .where('u.email = :lower or (u.email <> lower(btrim(u.email)) and lower(btrim(u.email)) = :lower)', {
        lower: email.toLowerCase(),
      })
      .limit(10)
      .getMany();
    const rank = ({ email: stored }: UserEntity) =>
      stored === email ? 0 : stored === email.toLowerCase() ? 1 : 2;
    return users.toSorted((a, b) => rank(a) - rank(b));
  }

  /**
   * Gives the user another e-mail, in lower case; whoever had that address first keeps it.
   * @param emailVerified undefined: as before.
   * @returns the user as they then are; undefined when the new address is taken or the old one is gone.
   */
  async changeEmail(user: User, email: string, emailVerified?: boolean): Promise<User | undefined> {
    if (await this.isEmailTaken(email)) return undefined;
    const changes = { email, isEmailVerified: emailVerified, updatedAt: new Date() };
    try {
      const { affected } = await this.dataSource.manager.update(
        UserEntity,
        { id: user.id, email: user.email },
        changes,
      );
      return affected === 1 ? await this.findById(user.id) : undefined;
    } catch (error) {
      if (isUniqueViolation(error)) return undefined;
      throw error;
    }
  }

  /** Only while the address is still the one that was proven. */
  async verifyEmail(user: User): Promise<void> {
    await this.dataSource.manager.update(
      UserEntity,
      { id: user.id, email: user.email },
      { isEmailVerified: true, updatedAt: new Date() },
    );
  }

  async delete(id: string, manager: EntityManager): Promise<void> {
    await manager.delete(UserEntity, { id });
  }

  /**
   * Whether the address is taken, also by a legacy row that could not be brought to lower case because another
   * one already had that form.
   */
  async isEmailTaken(email: string, manager: EntityManager = this.dataSource.manager): Promise<boolean> {
    const rows: unknown[] = await manager.query(
      `select 1 from users u
        where u.email = $1 or (u.email <> lower(btrim(u.email)) and lower(btrim(u.email)) = $1)
        limit 1`,
      [email],
    );
    return rows.length > 0;
  }
}

function userFrom(user: UserEntity, fields: readonly AdditionalField[]): User {
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    emailVerified: user.isEmailVerified,
    image: user.image,
    createdAt: user.createdAt,
    updatedAt: user.updatedAt,
    additional: returnedValues(fields, ({ name }) => (user as unknown as Record<string, unknown>)[name]),
  };
}
