import { quote } from './1763900000000-catalogue.js';
import {
  isUsableHash,
  legacyPassword,
  type PasswordColumns,
  storedHash,
} from './1763900000000-password-formats.js';
import type { UserColumns } from './1763900000000-user-columns.js';
import { insertAccounts } from './1763900850000-credential-account.js';
import { DUAL_WRITE, NOTE_FAILURE, type DualWrite } from './1763900850000-dual-write.js';

/** Copies the legacy password to the credential account. Deletes the account if no password can match any more. */
export function passwordTrigger(
  columns: PasswordColumns,
  { idType, named }: { readonly idType: string; readonly named: UserColumns },
): DualWrite {
  const time = (column: string) => `coalesce(new.${quote(named(column))}, now())`;
  const column = quote(columns.password);
  const read = [columns.password, ...(columns.passwordSalt ? [columns.passwordSalt] : [])].map(quote);
  const legacy = legacyPassword(columns, 'new');
  const account = `provider_id = 'credential' and provider_user_id = new.id::text`;
  return {
    name: 'users_password',
    table: 'users',
    lockTimeout: 500,
    triggers: [
      { events: 'after insert', when: `new.${column} is not null` },
      {
        events: `after update of ${read.join(', ')}`,
        when: `(${read.map((name) => `old.${name} is distinct from new.${name}`).join(' or ')})`,
      },
    ],
    body: `
        if (select mode from gatehouse.switch_over) = 'gatehouse' then
          exit work;
        end if;
        if coalesce(${isUsableHash(legacy)}, false) then
          ${insertAccounts({
            table: '{accounts} as known',
            idType,
            userId: 'new.id',
            password: storedHash(legacy),
            createdAt: time('created_at'),
            updatedAt: time('updated_at'),
            rest: `on conflict (provider_id, provider_user_id) do update set password = excluded.password, updated_at = now()
              where known.password is distinct from excluded.password`,
          })};
        else
          -- A batch of the backfill may have read the old hash. Wait for its lock; then its account exists and can be deleted.
          perform 1 from gatehouse.backfills where name = 'backfill credential accounts' for share;
          delete from {accounts} where ${account};
        end if;
        delete from gatehouse.quarantine where backfill = '${DUAL_WRITE}' and row_id = new.id::text;`,
    onFailure: NOTE_FAILURE,
  };
}
