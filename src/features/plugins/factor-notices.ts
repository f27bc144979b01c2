import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import type { Client } from '../../http/client.js';
import { OwnerNotices } from '../../notices/owner-notices.js';
import type { User } from '../../users/user.js';
import { HostDatabase } from './host-database.js';

interface FactorChange {
  readonly plugin: string;
  /** The kind of mail, which is also the name of its template. */
  readonly kind: string;
}

/** Routes that change how the user can sign in, without a change of the user's row. */
const CHANGES: Readonly<Record<string, FactorChange>> = {
  'two-factor/generate-backup-codes': { plugin: 'two-factor', kind: 'backup-codes-replaced' },
  'passkey/verify-registration': { plugin: 'passkey', kind: 'passkey-added' },
  'passkey/delete-passkey': { plugin: 'passkey', kind: 'passkey-removed' },
};

/** Tells the owner by mail about new backup codes and changed passkeys. */
@Injectable()
export class FactorNotices {
  constructor(
    @Inject(CONFIG) { plugins }: Config,
    private readonly database: HostDatabase,
    private readonly notices: OwnerNotices,
  ) {
    const ids = new Set(plugins?.plugins.map(({ id }) => id));
    const templates = `${import.meta.dirname}/mails`;
    for (const { plugin, kind } of Object.values(CHANGES))
      if (ids.has(plugin)) notices.add({ name: kind, templates });
  }

  /** @param route of a request that has succeeded, without the base path. */
  async tell(route: string, user: User, client: Client): Promise<void> {
    const change = CHANGES[route];
    if (change)
      await this.notices.send({ kind: change.kind, user, client }, this.database.dataSource.manager);
  }
}
