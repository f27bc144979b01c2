import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { StartupFault } from '../errors/startup-fault.js';
import type { Client } from '../http/client.js';
import { MailKinds } from '../mail/mail-kinds.js';
import { Mailer } from '../mail/mailer.js';
import type { User } from '../users/user.js';
import { deviceName } from './device-name.js';
import { mailKindOf, NOTICES, type NoticeKind } from './notice-kinds.js';

export interface Notice {
  /** The name of an added kind. */
  readonly kind: string;
  readonly user: Pick<User, 'name' | 'email'>;
  /** The recipient, if it is not the user's address. */
  readonly to?: string;
  /** The client that made the change. */
  readonly client: Client;
  /** The values that only this kind has. */
  readonly values?: Readonly<Record<string, string>>;
}

/** Mails to the owner of an account about changes that matter for its security. Off unless `OWNER_NOTICES` is true. */
@Injectable()
export class OwnerNotices implements OnModuleInit {
  private readonly names = new Set<string>();

  constructor(
    private readonly kinds: MailKinds,
    private readonly mailer: Mailer,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.add(...NOTICES);
  }

  /** Call this in the constructor of a provider. */
  add(...kinds: readonly NoticeKind[]): void {
    for (const kind of kinds) {
      this.names.add(kind.name);
      // An operator's language needs texts only for the mails that are sent.
      if (this.isWanted(kind.name)) this.kinds.add(mailKindOf(kind));
    }
  }

  /** @throws {StartupFault} if `OWNER_NOTICES_OFF` contains an unknown name. */
  onModuleInit(): void {
    const unknown = this.config.ownerNotices.off.find((name) => !this.names.has(name));
    if (unknown === undefined) return;
    throw new StartupFault(
      `OWNER_NOTICES_OFF contains ${JSON.stringify(unknown)}, which is no kind of notice. Use some of: ${[...this.names].join(', ')}.`,
    );
  }

  /** True if notices of this kind are sent. */
  sends(kind: string): boolean {
    return this.isWanted(kind) && this.mailer.enabled;
  }

  /** Stores the mail in the transaction of the change, so that it is sent if and only if the change is committed. */
  async send({ kind, user, to, client, values }: Notice, manager: EntityManager): Promise<void> {
    if (!this.sends(kind)) return;
    const facts = {
      time: `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
      device: deviceName(client.userAgent),
      address: client.address || '?',
    };
    const mail = { kind, to: to ?? user.email, language: client.language };
    await this.mailer.send({ ...mail, values: { name: user.name, ...facts, ...values } }, manager);
  }

  private isWanted(kind: string): boolean {
    const { enabled, off } = this.config.ownerNotices;
    return enabled && !off.includes(kind);
  }
}
