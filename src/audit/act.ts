import type { Client } from '../http/client.js';

/** Who acts, and from where. The triggers write it in each event of the transaction. */
export interface Act {
  readonly client: Client;
  /** Id of the user who acts. Undefined if people act on their own account, so that the actor is the subject. */
  readonly actor?: string | undefined;
  /** Id of the session in which the actor acts. Never its token. */
  readonly session?: string | undefined;
}

/** An act that changes no row of users, accounts or sessions, so that no trigger sees it. */
export interface AuditEvent {
  readonly event: string;
  readonly client: Client;
  readonly actor?: string | undefined;
  /** Id of the user concerned. Undefined if nobody is known. */
  readonly subject?: string | undefined;
  readonly session?: string | undefined;
  /** Why. The default is the route. */
  readonly reason?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>>;
}
