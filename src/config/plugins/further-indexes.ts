/** Lookups of the plugins for which they declare no index, by model: the fields of each index. */
const FURTHER: Readonly<Record<string, readonly (readonly string[])[]>> = {
  // The plugin deletes expired keys every ten seconds.
  apikey: [['expiresAt']],
  // Whether a user is a member, and the lists that are sorted or filtered. The id lets PostgreSQL skip a page in the index.
  member: [
    ['organizationId', 'userId'],
    ['organizationId', 'createdAt', 'id'],
    ['organizationId', 'role', 'id'],
  ],
  invitation: [['organizationId', 'status']],
};

/** The fields of the indexes that this server adds to a table of a plugin. */
export const furtherIndexes = (model: string, fields: object): readonly (readonly string[])[] =>
  (FURTHER[model] ?? []).filter((index) => index.every((field) => field === 'id' || field in fields));
