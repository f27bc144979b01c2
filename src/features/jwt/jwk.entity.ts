import { Column, Entity, PrimaryColumn } from 'typeorm';
import { textId } from '../../database/text-id.js';

/** A signing key. The id of the row is the `kid` in JWTs (src/features/jwt/protocol.md, "Keys"). */
@Entity('jwks')
export class Jwk {
  @PrimaryColumn({ type: 'varchar', length: 255, primaryKeyConstraintName: 'jwks_pkey', transformer: textId })
  id!: string;

  /** JSON of the public JWK. */
  @Column({ name: 'public_key', type: 'text' })
  publicKey!: string;

  /** The encrypted private JWK as a JSON string. */
  @Column({ name: 'private_key', type: 'text' })
  privateKey!: string;

  @Column({ type: 'text', nullable: true })
  alg!: string | null;

  @Column({ type: 'text', nullable: true })
  crv!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  /** Null if the key does not expire. */
  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt!: Date | null;
}
