import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuthError } from '../../errors/auth-error.js';
import type { Client } from '../../http/client.js';

/** Somebody who has proven who they are and asks for a session. */
export interface SessionCandidate {
  readonly userId: string;
  readonly client: Client;
  /** False: the session ends with the browser. */
  readonly remember: boolean;
}

/** A rule that every new session must pass. */
export interface SessionGate {
  /**
   * @param manager of the transaction that will insert the session.
   * @returns why this user gets no session; undefined to let them pass.
   */
  refuse(candidate: SessionCandidate, manager: EntityManager): Promise<AuthError | undefined>;
}

/** The gates in the order in which they are asked. A feature adds its own when its module starts. */
@Injectable()
export class SessionGates {
  private readonly gates: SessionGate[] = [];

  add(gate: SessionGate): void {
    this.gates.push(gate);
  }

  /** The refusal of the first gate that refuses. */
  async refuse(candidate: SessionCandidate, manager: EntityManager): Promise<AuthError | undefined> {
    for (const gate of this.gates) {
      const refusal = await gate.refuse(candidate, manager);
      if (refusal) return refusal;
    }
    return undefined;
  }
}
