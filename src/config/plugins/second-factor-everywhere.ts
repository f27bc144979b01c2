import type { BetterAuthPlugin } from '@better-auth/core';

/**
 * Routes that sign in without a password of the user, besides those below `/sign-in/`. Not among them: passkeys, which are a
 * second factor themselves, and routes that pass on a session that exists.
 */
const WITHOUT_PASSWORD: ReadonlySet<string> = new Set([
  '/callback/:id',
  '/callback/:id/oauth-proxy',
  '/oauth-proxy-callback',
  '/verify-email',
  '/magic-link/verify',
  '/email-otp/verify-email',
  '/phone-number/verify',
  '/one-tap/callback',
  '/siwe/verify',
  '/sso/callback',
  '/sso/callback/:providerId',
  '/sso/saml2/callback/:providerId',
  '/sso/saml2/sp/acs/:providerId',
]);

const signsIn = (path: string) => path.startsWith('/sign-in/') || WITHOUT_PASSWORD.has(path);

/** The plugin `two-factor`, which asks for the second factor after these sign-ins too. Better Auth asks after passwords. */
export function askedEverywhere(plugin: BetterAuthPlugin): BetterAuthPlugin {
  const after = plugin.hooks?.after?.map((hook) => ({
    ...hook,
    matcher: (context: Parameters<typeof hook.matcher>[0]) =>
      hook.matcher(context) || signsIn(context.path ?? ''),
  }));
  return Object.assign(Object.create(Object.getPrototypeOf(plugin) as object) as BetterAuthPlugin, plugin, {
    hooks: { ...plugin.hooks, ...(after ? { after } : {}) },
  });
}
