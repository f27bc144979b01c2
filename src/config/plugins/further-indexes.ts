/** Lookups of the plugins for which they declare no index, by model: the fields of each index. */
const FURTHER: Readonly<Record<string, readonly (readonly string[])[]>> = {
  // The plugin deletes expired keys every ten seconds.
  apikey: [['expiresAt']],
  // The first one finds whether a user is a member. The others serve sorted and filtered lists, and their id lets PostgreSQL
  // skip the pages before without reading the rows.
  member: [
    ['organizationId', 'userId'],
    ['organizationId', 'createdAt', 'id'],
    ['organizationId', 'role', 'id'],
  ],
  invitation: [['organizationId', 'status']],
  // Each sign-in looks for the provider of a domain or an organization.
  ssoProvider: [['domain'], ['organizationId']],
};

/** The fields of the indexes that this server adds to a table of a plugin. */
export const furtherIndexes = (model: string, fields: object): readonly (readonly string[])[] =>
  (FURTHER[model] ?? []).filter((index) => index.every((field) => field === 'id' || field in fields));
