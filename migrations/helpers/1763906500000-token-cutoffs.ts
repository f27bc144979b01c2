import { quote } from './1763900000000-catalogue.js';
import type { PasswordColumns } from './1763900000000-password-formats.js';
import { NOTE_FAILURE, type DualWrite } from './1763900850000-dual-write.js';

/** Not the start of the transaction, because a JWT may be issued between that and the change. */
const note = (userId: string) => `
  insert into gatehouse.legacy_token_cutoffs (user_id, password_changed_at)
  values (${userId}::text, clock_timestamp())
  on conflict (user_id) do update set password_changed_at = excluded.password_changed_at;`;

/** A hash in another format is the same password. The server says so with this setting. */
const NOT_REHASHED = `current_setting('gatehouse.rehash', true) is distinct from 'on'`;

/** Notes passwords that Gatehouse or Better Auth changed. */
export function accountsCutoff(): DualWrite {
  return {
    name: 'accounts_token_cutoff',
    table: 'accounts',
    lockTimeout: 800,
    triggers: [
      { events: 'after insert', when: `new.provider_id = 'credential' and new.password is not null` },
      {
        events: 'after update of password',
        when: `new.provider_id = 'credential' and new.password is distinct from old.password and ${NOT_REHASHED}`,
      },
    ],
    body: note('new.user_id'),
  };
}

/** Notes passwords that the legacy application changed. */
export function usersCutoff({ password, passwordSalt }: PasswordColumns): DualWrite {
  const columns = [password, ...(passwordSalt === undefined ? [] : [passwordSalt])].map(quote);
  const changed = columns.map((column) => `old.${column} is distinct from new.${column}`);
  return {
    name: 'users_token_cutoff',
    table: 'users',
    lockTimeout: 500,
    triggers: [{ events: `after update of ${columns.join(', ')}`, when: `(${changed.join(' or ')})` }],
    body: note('new.id'),
    onFailure: NOTE_FAILURE,
  };
}
