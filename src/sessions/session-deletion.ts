import { Injectable } from '@nestjs/common';
import { In, type EntityManager, type FindOptionsWhere } from 'typeorm';
import { RowHooks } from '../database/row-hooks.js';
import { SessionEntity } from './session.entity.js';

export type WhichSessions = FindOptionsWhere<SessionEntity>;

/** Deletes the sessions that a request ends, and runs the hooks of features around it. */
@Injectable()
export class SessionDeletion {
  constructor(private readonly hooks: RowHooks) {}

  /** A session that a hook refuses to delete stays. */
  async delete(which: WhichSessions, manager: EntityManager): Promise<void> {
    if (this.hooks.none) {
      await manager.delete(SessionEntity, which);
      return;
    }
    const ending = await this.before(which, manager);
    if (ending.length > 0) await manager.delete(SessionEntity, { id: In(ending.map(({ id }) => id)) });
    await this.after(ending, manager);
  }

  /** @returns the sessions that no hook refuses to delete; none if there are no hooks. */
  async before(which: WhichSessions, manager: EntityManager): Promise<SessionEntity[]> {
    if (this.hooks.none) return [];
    const ending: SessionEntity[] = [];
    for (const session of await manager.find(SessionEntity, { where: which }))
      if (await this.hooks.before('session', 'delete', { ...session })) ending.push(session);
    return ending;
  }

  async after(deleted: readonly SessionEntity[], manager: EntityManager): Promise<void> {
    for (const session of deleted) await this.hooks.after('session', 'delete', { ...session }, manager);
  }
}
