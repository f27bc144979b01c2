import type { BetterAuthPlugin } from '@better-auth/core';

/**
 * The headers in which the plugin `api-key` looks for a key that acts as a session, in lower case. Empty if keys do not act as
 * sessions. The plugin shows its options to nobody, so this function watches which headers its matchers read.
 */
export function keyHeadersOf(plugins: readonly BetterAuthPlugin[]): string[] {
  const read = new Set<string>();
  const headers = {
    get(name: string) {
      read.add(name.toLowerCase());
      return null;
    },
  };
  for (const { id, hooks } of plugins) {
    if (id !== 'api-key') continue;
    for (const { matcher } of hooks?.before ?? []) {
      try {
        matcher({ headers } as never);
      } catch {
        // A getter of the application's own may need the rest of a request.
      }
    }
  }
  return [...read];
}
