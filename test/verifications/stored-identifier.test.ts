import { storedIdentifier, type StoreIdentifier } from '../../src/verifications/stored-identifier.js';

interface Library {
  getStorageOption(identifier: string, option: StoreIdentifier): StoreIdentifier;
  processIdentifier(identifier: string, option: StoreIdentifier): Promise<string>;
}

/** The published library does not export this file. */
const PUBLISHED = '../../node_modules/better-auth/dist/db/verification-token-storage.mjs';

const own = { hash: async (identifier: string) => `own ${identifier}` };

test.each<[string, StoreIdentifier]>([
  ['plain', 'plain'],
  ['hashed', 'hashed'],
  ['a function', own],
  ['a default', { default: own }],
  ['an override', { default: 'hashed', overrides: { 'reset-': own, 'reset-password': 'plain' } }],
  ['an override of others', { default: own, overrides: { 'delete-account': 'hashed' } }],
])('with %s the identifier is stored as the library stores it', async (_name, option) => {
  const { getStorageOption, processIdentifier } = (await import(PUBLISHED)) as Library;
  for (const identifier of ['reset-password:abc', 'delete-account-x', '']) {
    const expected = await processIdentifier(identifier, getStorageOption(identifier, option));
    expect(await storedIdentifier(identifier, option)).toBe(expected);
  }
});
