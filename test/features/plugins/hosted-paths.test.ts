import type { BetterAuthPlugin } from '@better-auth/core';
import { KNOWN_PLUGINS } from '../../../src/config/plugins/catalogue.js';
import { PluginSenders } from '../../../src/config/plugins/plugin-senders.js';
import { ACTS_ON_NEW_SESSIONS, hostingOf } from '../../../src/features/plugins/hosted-paths.js';

const access = await import('better-auth/plugins/organization/access');

/** Options without which a plugin does not start. */
const NEEDED: Readonly<Record<string, object>> = {
  scim: { connections: [{ id: 'acme', credentials: [{ id: '1', token: 'token' }] }] },
};

const plugins = new Map<string, BetterAuthPlugin>();
for (const { id, package: from, exported, code } of KNOWN_PLUGINS) {
  const published = (await import(from)) as Record<string, (options: object) => BetterAuthPlugin>;
  const plugin = published[exported]?.({ ...code?.(new PluginSenders(), () => access), ...NEEDED[id] });
  if (plugin) plugins.set(id, plugin);
}

test.each([...plugins.keys()])('%s leaves get-session to this server', (id) => {
  expect(hostingOf([plugins.get(id) as BetterAuthPlugin], '/get-session')).toBe('none');
});

test.each([...ACTS_ON_NEW_SESSIONS].filter((id) => plugins.has(id)))(
  '%s sees every answer that starts a session',
  (id) => {
    const plugin = plugins.get(id) as BetterAuthPlugin;
    for (const path of [
      '/sign-up/email',
      '/sign-in/email',
      '/sign-in/social',
      '/callback/:id',
      '/verify-email',
    ])
      expect([path, hostingOf([plugin], path)]).toEqual([path, 'all']);
  },
);

test('multi-session sees sign-out, because one of its hooks names that path', () => {
  expect(hostingOf([plugins.get('multi-session') as BetterAuthPlugin], '/sign-out')).toBe('all');
});

test('a hook of an unknown plugin on every path makes every route pass through the library', () => {
  const plugin = { id: 'x', hooks: { after: [{ matcher: () => true, handler: () => {} }] } };
  expect(hostingOf([plugin as unknown as BetterAuthPlugin], '/get-session')).toBe('all');
});

test('a hook that decides by the request is asked with the request', () => {
  const matcher = (context: { headers?: Headers }) => context.headers?.get('x-key') !== null;
  const plugin = { id: 'x', hooks: { before: [{ matcher, handler: () => {} }] } };
  expect(hostingOf([plugin as unknown as BetterAuthPlugin], '/get-session')).toEqual('all');
});

test('expo changes the origin of a request that names it in expo-origin, and no other', () => {
  const plugin = { id: 'expo', onRequest: () => {}, hooks: {} } as unknown as BetterAuthPlugin;
  const hosting = hostingOf([plugin], '/update-user');
  const fits = (method: string, headers: Record<string, string>) =>
    (hosting as readonly ((context: unknown) => boolean)[]).map((matcher) =>
      matcher({ method, headers: new Headers(headers) }),
    );
  expect(fits('POST', { 'expo-origin': 'app://' })).toEqual([true]);
  expect(fits('POST', { origin: 'https://example.com' })).toEqual([false]);
  expect(fits('GET', { 'expo-origin': 'app://' })).toEqual([false]);
});
