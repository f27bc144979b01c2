import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A count of requests, shared by all instances (src/database/protocol.md, "Optional tables"). */
@Entity('rate_limits')
export class RateLimit {
  @PrimaryColumn({ type: 'varchar', length: 255, primaryKeyConstraintName: 'rate_limits_pkey' })
  id!: string;

  @Index('rate_limits_key_key', { unique: true })
  @Column({ type: 'text' })
  key!: string;

  @Column({ type: 'integer' })
  count!: number;

  /** Milliseconds since 1970. */
  @Column({ name: 'last_request', type: 'bigint' })
  lastRequest!: string;
}
