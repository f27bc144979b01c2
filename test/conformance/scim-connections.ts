const ALL = ['scim.users.read', 'scim.users.write', 'scim.groups.read', 'scim.groups.write'];

/** Three directories, as the plugin `scim` takes them. */
export const CONNECTIONS = [
  {
    id: 'acme',
    credentials: [
      { type: 'bearer', id: '1', token: 'token-of-acme', scopes: ALL },
      { type: 'bearer', id: '2', token: 'token-of-a-reader', scopes: ['scim.users.read'] },
    ],
  },
  { id: 'another', credentials: [{ type: 'bearer', id: '1', token: 'token-of-another-directory' }] },
];

/** Hashes the tokens of connections in the database. */
export const MANAGED_SECRET = 'a secret for the tokens of directories';
