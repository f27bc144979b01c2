import { Column, Entity, PrimaryColumn } from 'typeorm';
import { textId } from '../../../src/database/text-id.js';

@Entity('notes')
export class Note {
  @PrimaryColumn({ type: 'bigint', transformer: textId })
  id!: string;

  @Column({ type: 'text' })
  text!: string;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;
}
