import { NO_PASSWORD } from './1763900850000-credential-account.js';
import { DUAL_WRITE, type DualWrite } from './1763900850000-dual-write.js';

/** What every bcrypt library reads. `$2y$` is PHP's alone, and all else is not bcrypt. */
export function isReadable(hash: string): string {
  return `(${hash} like '$2a$%' or ${hash} like '$2b$%')`;
}

/** What the legacy column gets for the hash of the account; null: it stays as it is. `column` is quoted. */
export function writtenBack(hash: string, column: string): string {
  return `case when ${isReadable(hash)} then ${hash} when ${column} is not null then '${NO_PASSWORD}' end`;
}

/**
 * From the credential account to the legacy column. The account is locked by now and the user may be by a write that
 * will want the account next: this side gives way before PostgreSQL looks for a deadlock, and the change of password
 * fails as a whole.
 */
export function writeBackTrigger(column: string): DualWrite {
  return {
    name: 'gatehouse_accounts_password',
    table: 'accounts',
    lockTimeout: 800,
    triggers: [
      { events: 'after insert', when: `new.provider_id = 'credential' and new.password is not null` },
      {
        events: 'after update of password',
        when: `new.provider_id = 'credential' and new.password is distinct from old.password`,
      },
      { events: 'after delete', when: `old.provider_id = 'credential' and old.password is not null` },
    ],
    body: `
      begin
        if (select mode from gatehouse_switch_over) = 'legacy' then
          return null;
        end if;
        if tg_op = 'DELETE' or new.password is null then
          update users u set ${column} = '${NO_PASSWORD}'
          where u.id = old.user_id and u.${column} = old.password;
          return null;
        end if;
        update users u set ${column} = ${writtenBack('new.password', `u.${column}`)}
        where u.id = new.user_id and u.${column}::text is distinct from ${writtenBack('new.password', `u.${column}`)};
        delete from gatehouse_quarantine where backfill = '${DUAL_WRITE}' and row_id = new.user_id::text;
        return null;
      end`,
  };
}
