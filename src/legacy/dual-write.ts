/** A trigger that cannot copy a write records the row in `gatehouse.quarantine` under this name. */
export const DUAL_WRITE = 'dual write';

/** Schema of views that show a table of the same name with its old column names. */
export const LEGACY_SCHEMA = 'gatehouse_legacy';
