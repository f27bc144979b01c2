import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A mail that the mail server has not accepted yet. The row is deleted when it has. */
@Entity({ schema: 'gatehouse', name: 'mails' })
export class QueuedMail {
  @PrimaryColumn({ type: 'varchar', length: 255, primaryKeyConstraintName: 'mails_pkey' })
  id!: string;

  @Column({ type: 'text' })
  kind!: string;

  @Column({ type: 'text' })
  recipient!: string;

  /** The name of the folder of its templates, such as `en`. */
  @Column({ type: 'text' })
  locale!: string;

  /** The values as encrypted JSON, because they contain a link with which anybody could take over the account. */
  @Column({ type: 'text' })
  content!: string;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  /** After this time the mail is given up, because its link has expired or it was tried for long enough. */
  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;

  /** The number of attempts, including one that is running. */
  @Column({ type: 'integer', default: 0 })
  attempts!: number;

  /** While an instance sends the mail: when another instance may take it over. Null if the mail was given up. */
  @Index('mails_next_attempt_at_idx')
  @Column({ name: 'next_attempt_at', type: 'timestamptz', nullable: true, default: () => 'now()' })
  nextAttemptAt!: Date | null;

  @Column({ name: 'last_error', type: 'text', nullable: true })
  lastError!: string | null;
}
