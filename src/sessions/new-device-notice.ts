import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Client } from '../http/client.js';
import { OwnerNotices } from '../notices/owner-notices.js';
import { UsersStore } from '../users/users.store.js';
import { isSameDevice } from './device.js';
import type { Session } from './session.js';
import { SessionsStore } from './sessions.store.js';

const KIND = 'new-device';

/**
 * Mails the owner when a new session comes from a device that none of the user's stored sessions has. If none is stored,
 * there is nothing to compare with, as for the first sign-in after a sign-up, and no mail is sent.
 */
@Injectable()
export class NewDeviceNotice {
  constructor(
    private readonly notices: OwnerNotices,
    private readonly sessions: SessionsStore,
    private readonly users: UsersStore,
  ) {}

  async send(
    { id, userId }: Pick<Session, 'id' | 'userId'>,
    client: Client,
    manager: EntityManager,
  ): Promise<void> {
    if (!this.notices.sends(KIND)) return;
    const known = await this.sessions.devicesOf(userId, id, manager);
    if (known.length === 0 || known.some((device) => isSameDevice(device, client))) return;
    const user = await this.users.findById(userId, manager);
    if (user) await this.notices.send({ kind: KIND, user, client }, manager);
  }
}
