import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A mail that the mail server has not taken yet. The row goes when it has. */
@Entity('gatehouse_mails')
export class QueuedMail {
  @PrimaryColumn({ type: 'varchar', length: 255, primaryKeyConstraintName: 'gatehouse_mails_pkey' })
  id!: string;

  @Column({ type: 'text' })
  kind!: string;

  /** Address. */
  @Column({ type: 'text' })
  recipient!: string;

  /** Folder of the templates. */
  @Column({ type: 'text' })
  locale!: string;

  /** JSON of the values, encrypted: there is a link among them that lets its holder in. */
  @Column({ type: 'text' })
  content!: string;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  /** From then on it is of no use, or has been tried for long enough. */
  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;

  /** Begun, finished or not. */
  @Column({ type: 'integer', default: 0 })
  attempts!: number;

  /** While somebody sends it, when that somebody is taken for dead. Null: given up. */
  @Index('gatehouse_mails_next_attempt_at_idx')
  @Column({ name: 'next_attempt_at', type: 'timestamptz', nullable: true, default: () => 'now()' })
  nextAttemptAt!: Date | null;

  @Column({ name: 'last_error', type: 'text', nullable: true })
  lastError!: string | null;
}
