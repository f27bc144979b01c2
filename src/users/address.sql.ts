/** The `ban_reason` of users whom the legacy application has deleted. */
export const DELETED = 'deleted';

/**
 * What the partial index on e-mails that are not normalized contains. It finds rows whose e-mail could not be normalized
 * because another user has that address. The collation "C" lower-cases only A to Z.
 */
export const roughAddress = (row: string) => `lower(btrim(${row}.email::text) collate "C")`;

/**
 * True if the user has the address `$1`, which is trimmed and in lower case. Each part uses its own index. Users whom the
 * legacy application has deleted count as unknown.
 */
export const hasAddressSql = (row: string) =>
  `(${row}.email = $1 or (${row}.email::text <> ${roughAddress(row)} and ${roughAddress(row)} = $1))
    and not (${row}.banned and ${row}.ban_reason is not distinct from '${DELETED}')`;
