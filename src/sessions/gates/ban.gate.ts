import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { forbidden, unauthorized, type AuthError } from '../../errors/auth-error.js';
import { UsersStore } from '../../users/users.store.js';
import { SessionGates, type SessionCandidate, type SessionGate } from './session-gates.js';

/** A banned user gets no session, and neither does one who was deleted while they were proving who they are. */
@Injectable()
export class BanGate implements SessionGate {
  constructor(
    gates: SessionGates,
    private readonly users: UsersStore,
  ) {
    gates.add(this);
  }

  async refuse({ userId }: SessionCandidate, manager: EntityManager): Promise<AuthError | undefined> {
    const isBanned = await this.users.isBanned(userId, manager);
    if (isBanned === undefined) return unauthorized('USER_NOT_FOUND');
    return isBanned ? forbidden('BANNED_USER') : undefined;
  }
}
