import { flag, integer, json, secret, type Parser } from '../values.js';
import { is } from './option-rows.js';
import type { PluginSenders } from './plugin-senders.js';

interface Credential {
  readonly id: string;
  readonly token: string;
  readonly scopes?: readonly string[];
  readonly expiresAt?: string;
}

interface Connection {
  readonly id: string;
  readonly credentials: readonly Credential[];
  readonly provisioningDomainId?: string;
}

const SHAPE = '[{"id":"acme","credentials":[{"id":"1","token":"a long random text"}]}]';

const isCredential = (value: unknown): value is Credential => {
  const { id, token, scopes = [], expiresAt } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof id === 'string' &&
    typeof token === 'string' &&
    Array.isArray(scopes) &&
    (expiresAt === undefined || (typeof expiresAt === 'string' && !Number.isNaN(Date.parse(expiresAt))))
  );
};

const areConnections = (value: unknown): value is readonly Connection[] =>
  Array.isArray(value) &&
  value.every((each) => {
    const { id, credentials } = (each ?? {}) as Record<string, unknown>;
    return typeof id === 'string' && Array.isArray(credentials) && credentials.every(isCredential);
  });

/** The directories that may write users and groups, with the plugin's types. JSON has no times, so they are texts. */
const connections: Parser<readonly object[]> = (text) =>
  json(
    SHAPE,
    areConnections,
  )(text).map(({ credentials, ...connection }) => ({
    ...connection,
    credentials: credentials.map(({ expiresAt, ...credential }) => ({
      type: 'bearer',
      ...credential,
      ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }),
    })),
  }));

/** The options of the plugin `scim` that are not code. */
export const SCIM = {
  connections: is(connections),
  'managedConnections.credentialHashSecret': is(secret),
  'managedConnections.maxActiveCredentials': is(integer(1, 100)),
  'managedConnections.lastUsedWriteIntervalSeconds': is(integer(0, 31_536_000, 'seconds')),
  'compatibility.microsoftEntra.acceptLegacyGroupSchema': is(flag),
} as const;

/** The plugin ends the sessions of a user whom every directory has deactivated. The ban keeps the user out. */
export const scimCode = (senders: PluginSenders) => ({
  connections: [],
  identity: {
    reconcileUser: (state: { userId: string; active: boolean }) => senders.access(state),
  },
});
