import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { forbidden, type AuthError } from '../../errors/auth-error.js';
import { UsersStore } from '../../users/users.store.js';
import { SessionGates, type SessionCandidate, type SessionGate } from './session-gates.js';

/** A banned user gets no session. */
@Injectable()
export class BanGate implements SessionGate {
  constructor(
    gates: SessionGates,
    private readonly users: UsersStore,
  ) {
    gates.add(this);
  }

  async refuse({ userId }: SessionCandidate, manager: EntityManager): Promise<AuthError | undefined> {
    return (await this.users.isBanned(userId, manager)) ? forbidden('BANNED_USER') : undefined;
  }
}
