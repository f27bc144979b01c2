import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { PreparedQueries } from '../../database/prepared-queries.js';
import { isBannedSql } from '../../users/ban.sql.js';
import { HostDatabase } from './host-database.js';

/** Only a ban with this reason is lifted again, so that a directory cannot let in somebody whom an administrator banned. */
const REASON = 'deactivated by a directory';

/** An administrator's ban for some time keeps its reason and no longer ends, because its end would let the user in. */
const BAN = `update {users} as u
  set banned = true, ban_reason = case when ${isBannedSql('u')} then u.ban_reason else $2 end, ban_expires = null
  where u.id = $1 and (u.banned is distinct from true or u.ban_expires is not null)`;
const LIFT = `update {users} set banned = false, ban_reason = null
  where id = $1 and banned and ban_reason = $2`;

/** Bans the users whom every directory of the plugin `scim` has deactivated or deleted, in the plugin's transaction. */
@Injectable()
export class DirectoryAccess {
  constructor(
    @Inject(CONFIG) { plugins }: Config,
    private readonly database: HostDatabase,
    private readonly prepared: PreparedQueries,
  ) {
    if (plugins)
      plugins.senders.access = async ({ userId, active }) => {
        const query = { text: active ? LIFT : BAN };
        await this.prepared.rows(query, [userId, REASON], await this.database.manager());
      };
  }
}
