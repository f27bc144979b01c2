/** The name under which a trigger notes a write in `gatehouse_quarantine` that it could not carry over. */
export const DUAL_WRITE = 'dual write';

/** The `ban_reason` of a ban that came from the legacy application. Only such a ban ends with a reactivation there. */
export const DEACTIVATED = 'Deactivated in the legacy application';

/** The schema of the views that show a table of the same name under its old column names. */
export const LEGACY_SCHEMA = 'gatehouse_legacy';
