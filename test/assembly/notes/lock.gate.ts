import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { forbidden, type AuthError } from '../../../src/errors/auth-error.js';
import {
  SessionGates,
  type SessionCandidate,
  type SessionGate,
} from '../../../src/sessions/gates/session-gates.js';
import { UsersStore } from '../../../src/users/users.store.js';
import { notesErrors } from './notes-errors.js';

/** Refuses a session to a user with the name Locked. */
@Injectable()
export class LockGate implements SessionGate {
  constructor(
    gates: SessionGates,
    private readonly users: UsersStore,
  ) {
    gates.add(this);
  }

  async refuse({ userId }: SessionCandidate, manager: EntityManager): Promise<AuthError | undefined> {
    const user = await this.users.findById(userId, manager);
    return user?.name === 'Locked' ? forbidden(notesErrors.NOTES_LOCKED) : undefined;
  }
}
