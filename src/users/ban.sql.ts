/**
 * The ban rule, written once: a user is banned until `ban_expires`, or for good if that is null.
 * @param alias of the table `users` in the statement.
 */
export const isBannedSql = (alias: string) =>
  `${alias}.banned and (${alias}.ban_expires is null or ${alias}.ban_expires > now())`;
