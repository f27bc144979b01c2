import { quote } from './1763900000000-catalogue.js';
import {
  legacyPassword,
  type PasswordColumns,
  storedHash,
  WRAPPED_PREFIX,
} from './1763900000000-password-formats.js';
import { withTheirPath } from './1763900000000-own-functions.js';
import { NO_PASSWORD } from './1763900850000-credential-account.js';
import { DUAL_WRITE, type DualWrite } from './1763900850000-dual-write.js';

/** SQL: true if every bcrypt library reads the hash. Only PHP reads `$2y$`. */
export function isReadable(hash: string): string {
  return `(${hash} like '$2a$%' or ${hash} like '$2b$%')`;
}

/**
 * SQL of the legacy column's new value for an account's hash; null leaves the column unchanged. `column` is quoted. A
 * wrapped hash was made from the legacy column, so that column keeps its value.
 */
export function writtenBack(hash: string, column: string): string {
  return `case when ${isReadable(hash)} then ${hash}
    when starts_with(${hash}, '${WRAPPED_PREFIX}') then ${column}::text when ${column} is not null then '${NO_PASSWORD}' end`;
}

/**
 * Copies the credential account's password to the legacy column. The account is locked at this point. If another write
 * has locked the user and will need the account next, this trigger fails at its lock timeout, before PostgreSQL looks
 * for a deadlock. The password change then fails as a whole.
 */
export function writeBackTrigger(columns: PasswordColumns): DualWrite {
  const column = quote(columns.password);
  const set = withTheirPath(
    `update {users} u set ${column} = other.hash where u.id operator(pg_catalog.=) other.id;`,
  );
  return {
    name: 'accounts_password',
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
    declarations: 'other record;',
    body: `
        if (select mode from gatehouse.switch_over) = 'legacy' then
          exit work;
        end if;
        if tg_op = 'DELETE' or new.password is null then
          for other in
            select u.id, '${NO_PASSWORD}' as hash from {users} u
            where u.id = old.user_id and ${storedHash(legacyPassword(columns, 'u'))} = old.password for no key update
          loop ${set} end loop;
          exit work;
        end if;
        for other in
          select u.id, ${writtenBack('new.password', `u.${column}`)} as hash from {users} u
          where u.id = new.user_id and u.${column}::text is distinct from ${writtenBack('new.password', `u.${column}`)}
          for no key update
        loop ${set} end loop;
        delete from gatehouse.quarantine where backfill = '${DUAL_WRITE}' and row_id = new.user_id::text;`,
  };
}
