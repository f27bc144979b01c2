import { quote } from './1763900000000-catalogue.js';
import { isUsableHash } from './1763900000000-password-formats.js';
import { insertAccounts } from './1763900850000-credential-account.js';
import { DUAL_WRITE, NOTE_FAILURE, type DualWrite } from './1763900850000-dual-write.js';

/** Copies the legacy password to the credential account. Deletes the account if no password can match any more. */
export function passwordTrigger(passwordColumn: string, idType: string): DualWrite {
  const column = quote(passwordColumn);
  const account = `provider_id = 'credential' and provider_user_id = new.id::text`;
  return {
    name: 'users_password',
    table: 'users',
    lockTimeout: 500,
    triggers: [
      { events: 'after insert', when: `new.${column} is not null` },
      { events: `after update of ${column}`, when: `old.${column} is distinct from new.${column}` },
    ],
    body: `
        if (select mode from gatehouse.switch_over) = 'gatehouse' then
          exit work;
        end if;
        if coalesce(${isUsableHash(`new.${column}`)}, false) then
          ${insertAccounts({
            idType,
            userId: 'new.id',
            password: `new.${column}`,
            createdAt: 'coalesce(new.created_at, now())',
            updatedAt: 'coalesce(new.updated_at, now())',
            rest: `on conflict (provider_id, provider_user_id) do update set password = excluded.password, updated_at = now()
              where accounts.password is distinct from excluded.password`,
          })};
        else
          -- A batch of the backfill may have read the old hash. Wait for its lock; then its account exists and can be deleted.
          perform 1 from gatehouse.backfills where name = 'backfill credential accounts' for share;
          delete from accounts where ${account};
        end if;
        delete from gatehouse.quarantine where backfill = '${DUAL_WRITE}' and row_id = new.id::text;`,
    onFailure: NOTE_FAILURE,
  };
}
