import { Injectable } from '@nestjs/common';
import type { AuthError } from '../errors/auth-error.js';
import type { Client } from '../http/client.js';
import type { User } from '../users/user.js';

/** A request that submits a password. */
export interface PasswordAttempt {
  /** The e-mail address, as the client or the session names it. It may have no account. */
  readonly address: string;
  /** Who has a password under this address. Undefined if nobody has. */
  readonly owner: (Pick<User, 'email' | 'name'> & { readonly id?: string }) | undefined;
  readonly client: Client;
}

/** `failed` means that no comparison took place, for example because the hash queue was full. */
export type Outcome = 'right' | 'wrong' | 'failed';

/** A rule that every attempt must pass before the password is compared. */
export interface PasswordGate {
  /** @returns the error that refuses the attempt, or undefined to allow it. Every allowed attempt is settled. */
  refuse(attempt: PasswordAttempt): Promise<AuthError | undefined>;
  /** Tells the gate how an allowed attempt ended. */
  settle(attempt: PasswordAttempt, outcome: Outcome): Promise<void>;
  /** Tells the gate that the owner has proven who they are in another way, such as by a mailed link. */
  trust(attempt: PasswordAttempt): Promise<void>;
}

/** All gates, in the order in which they decide. A feature adds its own when its module starts. */
@Injectable()
export class PasswordGates {
  private readonly gates: PasswordGate[] = [];

  add(gate: PasswordGate): void {
    this.gates.push(gate);
  }

  /** @throws {AuthError} the refusal of the first gate that refuses. */
  async admit(attempt: PasswordAttempt): Promise<void> {
    for (const [index, gate] of this.gates.entries()) {
      const refusal = await gate.refuse(attempt);
      if (!refusal) continue;
      for (const earlier of this.gates.slice(0, index)) await earlier.settle(attempt, 'failed');
      throw refusal;
    }
  }

  async settle(attempt: PasswordAttempt, outcome: Outcome): Promise<void> {
    for (const gate of this.gates) await gate.settle(attempt, outcome);
  }

  async trust(attempt: PasswordAttempt): Promise<void> {
    for (const gate of this.gates) await gate.trust(attempt);
  }
}
