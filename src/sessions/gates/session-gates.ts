import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuthError } from '../../errors/auth-error.js';
import type { Client } from '../../http/client.js';

/** A user who has proven who they are and now needs a session. */
export interface SessionCandidate {
  readonly userId: string;
  readonly client: Client;
  /** False if the session ends when the browser closes. */
  readonly remember: boolean;
}

/** A rule that every new session must pass. */
export interface SessionGate {
  /**
   * @param manager of the transaction that will insert the session.
   * @returns the error that refuses the session, or undefined to allow it.
   */
  refuse(candidate: SessionCandidate, manager: EntityManager): Promise<AuthError | undefined>;
}

/** All gates, in the order in which they decide. A feature adds its own when its module starts. */
@Injectable()
export class SessionGates {
  private readonly gates: SessionGate[] = [];

  add(gate: SessionGate): void {
    this.gates.push(gate);
  }

  /** Returns the error of the first gate that refuses, or undefined. */
  async refuse(candidate: SessionCandidate, manager: EntityManager): Promise<AuthError | undefined> {
    for (const gate of this.gates) {
      const refusal = await gate.refuse(candidate, manager);
      if (refusal) return refusal;
    }
    return undefined;
  }
}
