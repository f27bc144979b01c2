import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { textId } from '../database/text-id.js';

/** Lists only Gatehouse's own columns. Other columns of a legacy table are never read or written. */
@Entity('users')
@Index('users_email_unnormalised_idx', { synchronize: false })
export class UserEntity {
  /** `varchar(255)` or the legacy table's own type. The code always sees text. */
  @PrimaryColumn({
    type: 'varchar',
    length: 255,
    primaryKeyConstraintName: 'users_pkey',
    transformer: textId,
  })
  id!: string;

  @Column({ type: 'text' })
  name!: string;

  @Index('users_email_key', { unique: true })
  @Column({ type: 'text' })
  email!: string;

  /** When the e-mail was verified. A database trigger keeps this and `isEmailVerified` consistent when either is written. */
  @Column({ name: 'email_verified', type: 'timestamptz', nullable: true })
  emailVerifiedAt!: Date | null;

  @Column({ name: 'is_email_verified', type: 'boolean', default: false })
  isEmailVerified!: boolean;

  @Column({ type: 'text', nullable: true })
  image!: string | null;

  @Column({ type: 'boolean', default: false })
  banned!: boolean;

  @Column({ name: 'ban_reason', type: 'text', nullable: true })
  banReason!: string | null;

  /** When the ban ends. Null: never. */
  @Column({ name: 'ban_expires', type: 'timestamptz', nullable: true })
  banExpires!: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' })
  updatedAt!: Date;
}
