import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { textId } from '../database/text-id.js';

@Entity('verifications')
export class Verification {
  @PrimaryColumn({
    type: 'varchar',
    length: 255,
    primaryKeyConstraintName: 'verifications_pkey',
    transformer: textId,
  })
  id!: string;

  /**
   * Purpose of the row and its token, from `verificationIdentifier`. Not unique
   * (src/database/protocol.md, "Core tables").
   */
  @Index('verifications_identifier_idx')
  @Column({ type: 'text' })
  identifier!: string;

  @Column({ type: 'text' })
  value!: string;

  @Index('verifications_expires_at_idx')
  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' })
  updatedAt!: Date;
}
