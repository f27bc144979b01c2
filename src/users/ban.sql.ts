/**
 * The ban rule, written once: a user is banned until `ban_expires`, or for good if that is null.
 * `date_part` reads a `timestamp` as UTC, while a comparison with `now()` would read it in the session's time zone.
 * @param alias of the table `users` in the statement.
 */
export const isBannedSql = (alias: string) =>
  `${alias}.banned and (${alias}.ban_expires is null
    or date_part('epoch', ${alias}.ban_expires) > date_part('epoch', now()))`;
