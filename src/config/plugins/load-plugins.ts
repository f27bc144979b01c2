import type { BetterAuthPlugin } from '@better-auth/core';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { AdditionalField } from '../additional-fields.js';
import { closestName } from '../closest-name.js';
import type { Environment } from '../environment.js';
import { variableOf } from '../option-table.js';
import { list } from '../values.js';
import { builtInPlugins, doubleProviders, isBuiltIn, type BuiltInPlugins } from './built-in-plugins.js';
import { KNOWN_PLUGINS, type KnownPlugin } from './catalogue.js';
import { keyHeadersOf } from './key-headers.js';
import { functionsOfOptions, pluginOfOptions, type ModuleFunctions } from './module-options.js';
import { PluginSenders } from './plugin-senders.js';
import { askedEverywhere } from './second-factor-everywhere.js';
import { SchemaNames, pluginFields, pluginTables, type PluginTable } from './plugin-schema.js';

/** Better Auth's plugins that this server runs as they were published. */
export interface HostedPlugins {
  readonly plugins: readonly BetterAuthPlugin[];
  /** True if they come from a module of the operator. */
  readonly isModule: boolean;
  readonly senders: PluginSenders;
  /** Better Auth's options that are functions, from the module. */
  readonly functions: ModuleFunctions;
  /** The options that the module gives to the plugins that are part of this server. */
  readonly builtIn: BuiltInPlugins;
  /** The fields that plugins add to users and sessions. */
  readonly user: readonly AdditionalField[];
  readonly session: readonly AdditionalField[];
  /** The headers in which an API key acts as a session, in lower case. */
  readonly keyHeaders: readonly string[];
  /** The tables of plugins. */
  readonly tables: readonly PluginTable[];
  /** The variables that name tables and columns of these plugins. */
  readonly schemaVariables: ReadonlySet<string>;
}

/** What a module of plugins can use. */
export interface PluginTools {
  mail(message: {
    to: string;
    subject: string;
    text: string;
    name?: string;
    language?: string;
  }): Promise<void>;
  sms(message: { to: string; otp: string; kind?: 'sign-in' | 'password-reset' }): Promise<void>;
  /** For `identity.reconcileUser` of `scim`: bans a user whom every directory has deactivated, and lifts that ban. */
  directoryAccess(state: { userId: string; active: boolean }): Promise<void>;
  readonly config: { readonly baseURL: string; readonly variables: Environment };
}

const TWO_FACTOR = 'two-factor';
const NEEDS_TWO_FACTOR = 'TWO_FACTOR_REQUIRED=all needs the plugin two-factor. Add it to PLUGINS.';

const POPUP = 'oauth-popup';

const POPUP_HAS_NO_SECOND_FACTOR =
  'TWO_FACTOR_REQUIRED=all does not work with the plugin oauth-popup, because its page cannot ask for the second factor';

const require = createRequire(import.meta.url);

/** The series of the published library whose plugins fit. */
const SERIES = '1.7.';

/** True if the value of `PLUGINS` is the path of a module and not a list of ids. */
const isPath = (value: string) => /[./\\]/.test(value);

/** The plugins that `PLUGINS` names; empty if it is not set, or the path of a module. */
export function namedPlugins({ PLUGINS = '' }: Environment): KnownPlugin[] {
  if (isPath(PLUGINS)) return [];
  const ids = list(PLUGINS);
  return KNOWN_PLUGINS.filter(({ id }) => ids.includes(id));
}

/**
 * Makes the plugins that `PLUGINS` names. Nothing of the published library is loaded without it.
 * @param values of the variables, by name.
 * @returns undefined if `PLUGINS` is not set, or if something is wrong with it; `faults` then says what.
 */
export function loadPlugins(
  environment: Environment,
  values: ReadonlyMap<string, unknown>,
  faults: string[],
): HostedPlugins | undefined {
  const { PLUGINS } = environment;
  if (!PLUGINS) {
    if (values.get('TWO_FACTOR_REQUIRED') === 'all') faults.push(NEEDS_TWO_FACTOR);
    return undefined;
  }
  const senders = new PluginSenders();
  const names = new SchemaNames(environment, faults);
  try {
    const module = isPath(PLUGINS) ? (load(resolve(PLUGINS)) as object) : undefined;
    const functions = module ? functionsOfOptions(PLUGINS, module) : {};
    const given = module ? fromModule(PLUGINS, module, environment, senders) : [];
    const builtIn = builtInPlugins(
      PLUGINS,
      given.filter(({ id }) => isBuiltIn(id)),
    );
    faults.push(...doubleProviders(builtIn.providers, values));
    const made = module
      ? given.filter(({ id }) => !isBuiltIn(id)).map((plugin) => ({ root: plugin.id, plugin }))
      : fromIds(PLUGINS, environment, values, senders);
    const everywhere = values.get('TWO_FACTOR_REQUIRED') === 'all';
    const plugins = made
      .map(({ root, plugin }) => withOurNames(root, plugin, names))
      .map((plugin) => (everywhere && plugin.id === TWO_FACTOR ? askedEverywhere(plugin) : plugin));
    if (everywhere && !plugins.some(({ id }) => id === TWO_FACTOR)) faults.push(NEEDS_TWO_FACTOR);
    if (everywhere && plugins.some(({ id }) => id === POPUP)) faults.push(POPUP_HAS_NO_SECOND_FACTOR);
    return {
      plugins,
      isModule: isPath(PLUGINS),
      senders,
      functions,
      builtIn,
      user: pluginFields(plugins, 'user', names),
      session: pluginFields(plugins, 'session', names),
      keyHeaders: keyHeadersOf(plugins),
      tables: pluginTables(plugins),
      schemaVariables: names.variables,
    };
  } catch (error) {
    faults.push(`PLUGINS must be ${(error as Error).message}.`);
    return undefined;
  }
}

function fromIds(
  value: string,
  environment: Environment,
  values: ReadonlyMap<string, unknown>,
  senders: PluginSenders,
) {
  const ids = list(value);
  const known = KNOWN_PLUGINS.map(({ id }) => id);
  for (const id of ids) {
    if (known.includes(id)) continue;
    if (isBuiltIn(id)) throw new Error(`without ${id}, because that plugin is part of this server`);
    const meant = closestName(id, known);
    throw new Error(
      `a list of plugins, but it has "${id}", which is none${meant ? `. Did you mean ${meant}?` : ''} Known are: ${known.join(', ')}`,
    );
  }
  return namedPlugins(environment).map((entry) => ({
    root: entry.root,
    plugin: make(entry, values, senders),
  }));
}

function make(
  { id, package: from, exported, root, options, code, needs = [] }: KnownPlugin,
  values: ReadonlyMap<string, unknown>,
  senders: PluginSenders,
): BetterAuthPlugin {
  const given = withoutUndefined((options.nest(values) as Record<string, unknown>)[root] ?? {});
  const missing = needs
    .filter((path) => given[path] === undefined)
    .map((path) => variableOf(`${root}.${path}`));
  if (missing.length > 0) throw new Error(`a list of plugins, but ${id} also needs ${missing.join(' and ')}`);
  const factory = (load(from) as Record<string, (given: object) => BetterAuthPlugin>)[exported];
  if (!factory)
    throw new Error(`a list of plugins, but ${from} has no ${exported}. Install its version 1.7.25`);
  try {
    return withFittingVersion(factory(merged(code?.(senders, load) ?? {}, given)));
  } catch (error) {
    throw new Error(
      `a list of plugins with correct options, but ${id} does not start: ${oneLine((error as Error).message)}`,
      { cause: error },
    );
  }
}

const oneLine = (message: string) => message.replace(/\s+/g, ' ');

function fromModule(
  path: string,
  loaded: object,
  variables: Environment,
  senders: PluginSenders,
): BetterAuthPlugin[] {
  const exported = (loaded as { default?: unknown }).default ?? loaded;
  const baseURL = variables['BETTER_AUTH_URL'] ?? `http://localhost:${variables['PORT'] ?? 3000}`;
  const tools: PluginTools = {
    mail: ({ to, subject, text, name = '', language }) =>
      senders.mail({ kind: 'message', to, name, values: { subject, text }, language }),
    sms: ({ to, otp, kind = 'sign-in' }) => senders.text({ to, otp, kind, language: undefined }),
    directoryAccess: ({ userId, active }) => senders.access({ userId, active }),
    config: { baseURL, variables },
  };
  const made: unknown =
    typeof exported === 'function' ? (exported as (tools: PluginTools) => unknown)(tools) : exported;
  if (!Array.isArray(made) || !made.every((plugin) => typeof (plugin as { id?: unknown })?.id === 'string'))
    throw new Error(
      `a list of plugins, or the path of a module whose default export is an array of plugins or a function that returns one, but ${path} has something else`,
    );
  // Better Auth runs the hooks of the options before those of plugins.
  return [...pluginOfOptions(loaded), ...(made as BetterAuthPlugin[]).map(withFittingVersion)];
}

function load(name: string): unknown {
  try {
    return require(name);
  } catch (error) {
    const [reason] = (error as Error).message.split('\n', 1);
    throw new Error(`a list of plugins, or the path of a module, but ${name} cannot be loaded: ${reason}`, {
      cause: error,
    });
  }
}

/** @throws {Error} if the plugin belongs to another series of the library. Only plugins of the library say a version. */
function withFittingVersion(plugin: BetterAuthPlugin): BetterAuthPlugin {
  const { id, version } = plugin;
  const isPublished = KNOWN_PLUGINS.some((known) => (known.ownId ?? known.id) === id);
  if (!isPublished || version === undefined || version.startsWith(SERIES)) return plugin;
  throw new Error(`a list of plugins of better-auth ${SERIES}x, but ${id} has the version ${version}`);
}

/** The same plugin, whose tables and columns have this server's names. */
function withOurNames(root: string, plugin: BetterAuthPlugin, names: SchemaNames): BetterAuthPlugin {
  if (!plugin.schema) return plugin;
  const path = root.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.assign(Object.create(Object.getPrototypeOf(plugin) as object) as BetterAuthPlugin, plugin, {
    schema: names.of(path, plugin.schema),
  });
}

type Nested = Readonly<Record<string, unknown>>;
const isNested = (value: unknown): value is Nested =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A plugin takes an option that is `undefined` for one that is set. */
function withoutUndefined(values: object): Nested {
  const kept = Object.entries(values)
    .map(([key, value]) => [key, isNested(value) ? withoutUndefined(value) : (value as unknown)] as const)
    .filter(([, value]) => value !== undefined && !(isNested(value) && Object.keys(value).length === 0));
  return Object.fromEntries(kept);
}

function merged(code: Nested, given: Nested): Nested {
  const both = Object.entries(given).map(([key, value]) => {
    const ours = code[key];
    return [key, isNested(ours) && isNested(value) ? merged(ours, value) : value] as const;
  });
  return { ...code, ...Object.fromEntries(both) };
}
