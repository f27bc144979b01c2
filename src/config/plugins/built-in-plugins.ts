import type { BetterAuthPlugin } from '@better-auth/core';
import type { GenericOAuthConfig, GenericOAuthOptions, JwtOptions } from 'better-auth/plugins';
import type { OidcProvider } from '../oidc-providers.js';

type Jwt = NonNullable<JwtOptions['jwt']>;

/** The options that a module gives to the plugins that are part of this server. */
export interface BuiltInPlugins {
  /** Of the plugin `generic-oauth`. */
  readonly providers: readonly GenericOAuthConfig[];
  readonly jwt: Pick<Jwt, 'definePayload' | 'getSubject'>;
}

/** Plugins that are part of this server, with the options that a module can give them. */
const BUILT_IN: Readonly<Record<string, readonly string[]>> = {
  bearer: [],
  jwt: ['jwt.definePayload', 'jwt.getSubject'],
  'generic-oauth': ['config'],
  'open-api': [],
};

export const isBuiltIn = (id: string): boolean => Object.hasOwn(BUILT_IN, id);

/**
 * @param plugins those of the module that are part of this server.
 * @throws {Error} if one has an option that has no effect here.
 */
export function builtInPlugins(path: string, plugins: readonly BetterAuthPlugin[]): BuiltInPlugins {
  for (const { id, options = {} } of plugins) {
    const wrong = leavesOf(options).find(([option, value]) => !isTaken(id, option, value));
    if (wrong)
      throw new Error(
        `the path of a module whose plugin ${id} is without the option ${wrong[0]}, which this server reads from variables or does not have (${path})`,
      );
  }
  const optionsOf = (id: string) => plugins.find((plugin) => plugin.id === id)?.options ?? {};
  return {
    providers: (optionsOf('generic-oauth') as Partial<GenericOAuthOptions>).config ?? [],
    jwt: (optionsOf('jwt') as JwtOptions).jwt ?? {},
  };
}

const isTaken = (id: string, option: string, value: unknown) =>
  BUILT_IN[id]?.includes(option) &&
  (option === 'config' ? Array.isArray(value) : typeof value === 'function');

/** The options that are no objects, by path. */
function leavesOf(options: object, above = ''): [string, unknown][] {
  return Object.entries(options).flatMap(([name, value]: [string, unknown]) => {
    if (value === undefined) return [];
    const isNested = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isNested ? leavesOf(value, `${above}${name}.`) : [[`${above}${name}`, value]];
  });
}

/** Sentences about providers that both a module and `OIDC_PROVIDERS` have. */
export function doubleProviders(
  providers: BuiltInPlugins['providers'],
  values: ReadonlyMap<string, unknown>,
): string[] {
  const configured = (values.get('OIDC_PROVIDERS') ?? []) as readonly OidcProvider[];
  const ids = configured.map(({ providerId }) => providerId);
  return providers
    .filter(({ providerId }) => ids.includes(providerId))
    .map(
      ({ providerId }) =>
        `OIDC_PROVIDERS must be without ${providerId}, which the module in PLUGINS has too.`,
    );
}
