import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Jwk } from './jwk.entity.js';

@Injectable()
export class JwksStore {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** Newest first. */
  all(manager: EntityManager = this.dataSource.manager): Promise<Jwk[]> {
    return manager.find(Jwk, { order: { createdAt: 'DESC' } });
  }

  /** Runs only one `create` at a time on this database, so that two instances do not both create the first key. */
  exclusively<T>(create: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query("select pg_advisory_xact_lock(hashtext('gatehouse:jwks'))");
      return create(manager);
    });
  }

  async add(jwk: Jwk, manager: EntityManager): Promise<void> {
    await manager.insert(Jwk, jwk);
  }
}
