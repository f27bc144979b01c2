import type { BetterAuthPlugin } from '@better-auth/core';

/**
 * Routes that sign in without a password of the user. Not among them: passkeys, which are a second factor themselves, and
 * routes that pass on a session that exists.
 */
const WITHOUT_PASSWORD: ReadonlySet<string> = new Set([
  '/sign-in/social',
  '/callback/:id',
  '/verify-email',
  '/magic-link/verify',
  '/sign-in/email-otp',
  '/phone-number/verify',
  '/one-tap/callback',
  '/sso/callback/:providerId',
  '/sso/saml2/callback/:providerId',
  '/sso/saml2/sp/acs/:providerId',
]);

/** The plugin `two-factor`, which asks for the second factor after these sign-ins too. Better Auth asks after passwords. */
export function askedEverywhere(plugin: BetterAuthPlugin): BetterAuthPlugin {
  const after = plugin.hooks?.after?.map((hook) => ({
    ...hook,
    matcher: (context: Parameters<typeof hook.matcher>[0]) =>
      hook.matcher(context) || WITHOUT_PASSWORD.has(context.path ?? ''),
  }));
  return Object.assign(Object.create(Object.getPrototypeOf(plugin) as object) as BetterAuthPlugin, plugin, {
    hooks: { ...plugin.hooks, ...(after ? { after } : {}) },
  });
}
