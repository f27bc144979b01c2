import { Injectable } from '@nestjs/common';

/** Learns that a user ends all sessions, or all but the current one. */
export interface RevocationListener {
  revoked(userId: string): Promise<void>;
}

/** Tells a feature that has credentials from which a session can still be made. A feature adds itself when its module starts. */
@Injectable()
export class Revocations {
  private readonly listeners: RevocationListener[] = [];

  add(listener: RevocationListener): void {
    this.listeners.push(listener);
  }

  /** Call this before the sessions are deleted, so that no credential makes a new session in between. */
  async announce(userId: string): Promise<void> {
    for (const listener of this.listeners) await listener.revoked(userId);
  }
}
