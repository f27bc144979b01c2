/** A trigger that cannot copy a write records the row in `gatehouse.quarantine` under this name. */
export const DUAL_WRITE = 'dual write';

/** The `ban_reason` of users deactivated in the legacy application. A reactivation there lifts only bans with this reason. */
export const DEACTIVATED = 'Deactivated in the legacy application';

/** Schema of views that show a table of the same name with its old column names. */
export const LEGACY_SCHEMA = 'gatehouse_legacy';
