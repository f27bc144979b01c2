import { FAMILIES } from './1763900000000-tables.js';
import { PASSWORDS } from './1763900000000-users-table.js';

export type Purpose =
  | 'password'
  | 'password_salt'
  | 'name'
  | 'first_name'
  | 'last_name'
  | 'verified'
  | 'image'
  | 'active'
  | 'disabled'
  | 'disabled_until'
  | 'deleted'
  | 'status';

export type Kind = 'text' | 'flag' | 'time' | 'any';

export interface Search {
  readonly names: readonly string[];
  readonly kinds: readonly Kind[];
  /** True: a column with a usual name but another type is an error, because ignoring it would let the wrong users in. */
  readonly vital?: boolean;
  /**
   * True: every column that is found counts, because each of them keeps people out, and the variable may name several.
   * Otherwise the first one counts.
   */
  readonly all?: boolean;
}

export const SEARCHES: Readonly<Record<Purpose, Search>> = {
  password: { names: PASSWORDS, kinds: ['text'], vital: true },
  password_salt: { names: [], kinds: ['text'] },
  name: { names: ['name', 'full_name', 'display_name'], kinds: ['text'] },
  first_name: { names: ['first_name', 'given_name', 'forename'], kinds: ['text'] },
  last_name: { names: ['last_name', 'family_name', 'surname'], kinds: ['text'] },
  verified: {
    names: [
      'is_verified',
      'verified',
      'email_confirmed',
      'email_verified_at',
      'confirmed_at',
      'email_confirmed_at',
      'verified_at',
      'is_email_confirmed',
    ],
    kinds: ['flag', 'time'],
    vital: true,
  },
  image: { names: ['image', 'avatar_url', 'picture', 'photo_url', 'avatar'], kinds: ['text'] },
  active: {
    names: [
      'is_active',
      'active',
      'enabled',
      'is_enabled',
      'account_non_locked',
      'is_account_non_locked',
      'account_non_expired',
      'is_account_non_expired',
    ],
    kinds: ['flag'],
    vital: true,
    all: true,
  },
  disabled: {
    names: [
      'banned',
      'blocked',
      'is_blocked',
      'disabled',
      'is_disabled',
      'suspended',
      'is_suspended',
      'is_banned',
      'disabled_at',
      'suspended_at',
      'blocked_at',
      'banned_at',
      'deactivated_at',
      'deactivated',
      'is_deactivated',
      'inactive',
      'is_inactive',
      'account_locked',
      'is_account_locked',
    ],
    kinds: ['flag', 'time'],
    vital: true,
    all: true,
  },
  disabled_until: {
    names: ['banned_until', 'locked_until', 'lockout_end', 'suspended_until', 'blocked_until'],
    kinds: ['time'],
    vital: true,
    all: true,
  },
  deleted: {
    names: ['deleted_at', 'is_deleted', 'deleted'],
    kinds: ['flag', 'time'],
    vital: true,
    all: true,
  },
  status: { names: [], kinds: ['any'], all: true },
};

export const USERNAMES = ['username', 'user_name', 'login', 'user_login', 'nickname'];
export const KINDS: Readonly<Record<Kind, readonly string[]>> = {
  text: FAMILIES.string,
  flag: ['bool', 'int2', 'int4', 'int8', 'numeric'],
  time: [...FAMILIES.time, 'date', 'int4', 'int8', 'numeric', 'float8'],
  any: [],
};
export const DESCRIBED: Readonly<Record<Kind, string>> = {
  text: 'a text column',
  flag: 'a boolean column',
  time: 'a time',
  any: 'any column',
};
