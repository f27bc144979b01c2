import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** When users proved an address that nobody had proven before. */
@Injectable()
export class AddressProofsStore {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /**
   * Locks the user until the transaction ends.
   * @returns true if the user has this e-mail and it is not verified.
   */
  async lockUnproven(userId: string, email: string, manager: EntityManager): Promise<boolean> {
    const locked: unknown[] = await manager.query(
      'select 1 from {users} u where u.id = $1 and u.email = $2 and not u.is_email_verified for no key update',
      [userId, email],
    );
    return locked.length > 0;
  }

  async note(userId: string, manager: EntityManager): Promise<void> {
    await manager.query(
      `insert into gatehouse.address_proofs (user_id, proven_at) values ($1, $2)
       on conflict (user_id) do update set proven_at = excluded.proven_at`,
      [userId, new Date()],
    );
  }

  async find(userId: string): Promise<Date | undefined> {
    const [row] = await this.dataSource.query<{ proven_at: Date }[]>(
      'select proven_at from gatehouse.address_proofs where user_id = $1',
      [userId],
    );
    return row?.proven_at;
  }
}
