import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import { textId } from '../database/text-id.js';
import { UserEntity } from '../users/user.entity.js';

@Entity('accounts')
@Unique('accounts_provider_id_provider_user_id_key', ['providerId', 'providerUserId'])
export class AccountEntity {
  @PrimaryColumn({
    type: 'varchar',
    length: 255,
    primaryKeyConstraintName: 'accounts_pkey',
    transformer: textId,
  })
  id!: string;

  @Index('accounts_user_id_idx')
  @Column({ name: 'user_id', type: 'varchar', length: 255, transformer: textId })
  userId!: string;

  @ManyToOne(() => UserEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'accounts_user_id_fkey' })
  user?: UserEntity;

  @Column({ name: 'provider_id', type: 'varchar', length: 255 })
  providerId!: string;

  @Column({ name: 'provider_user_id', type: 'varchar', length: 255 })
  providerUserId!: string;

  @Column({ name: 'access_token', type: 'text', nullable: true })
  accessToken!: string | null;

  @Column({ name: 'refresh_token', type: 'text', nullable: true })
  refreshToken!: string | null;

  @Column({ name: 'id_token', type: 'text', nullable: true })
  idToken!: string | null;

  @Column({ name: 'token_type', type: 'varchar', length: 255, nullable: true })
  tokenType!: string | null;

  /** The granted scopes, joined with commas. */
  @Column({ type: 'text', nullable: true })
  scope!: string | null;

  /** Seconds since 1970. A database trigger keeps this and `accessTokenExpiresAt` equal when either is written. */
  @Column({ name: 'expires_at', type: 'bigint', nullable: true })
  expiresAt!: string | null;

  @Column({ name: 'access_token_expires_at', type: 'timestamptz', nullable: true })
  accessTokenExpiresAt!: Date | null;

  @Column({ name: 'refresh_token_expires_at', type: 'timestamptz', nullable: true })
  refreshTokenExpiresAt!: Date | null;

  /** The hash of the password. Null unless this is a credential account. */
  @Column({ type: 'text', nullable: true })
  password!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' })
  updatedAt!: Date;
}
