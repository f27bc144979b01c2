import type { AdditionalField } from './additional-fields.js';
import type { Environment } from './environment.js';
import { extensionsIn, type Extension } from './extensions.js';
import { variableOf } from './option-table.js';
import type { Options } from './options.js';
import { parseAll } from './parse-variables.js';
import { secondFactorsFrom, type SecondFactors } from './second-factors.js';
import { loadPlugins, namedPlugins, type HostedPlugins } from './plugins/load-plugins.js';
import { knownVariables } from './variables.js';

/** The fields that the configuration adds to the tables. */
export type ConfiguredFields = {
  readonly [Table in 'user' | 'session']: Pick<Options[Table], 'additionalFields'>;
} & {
  /** Their fields are among those of `user` and `session`. */
  readonly plugins?: Pick<HostedPlugins, 'tables'> | undefined;
  readonly extensions?: readonly Extension[];
  readonly secondFactors?: SecondFactors | undefined;
};

export function fieldsFrom(
  environment: Environment,
  values: ReadonlyMap<string, unknown>,
  faults: string[],
): ConfiguredFields {
  const tables = namedPlugins(environment).map(({ options }) => options);
  const names = tables.flatMap(({ rows }) => Object.keys(rows).map(variableOf));
  const options = parseAll(environment, knownVariables(tables), names, faults, []);
  const plugins = loadPlugins(environment, options, faults);
  const hasPlugin = plugins?.plugins.some(({ id }) => id === 'two-factor') ?? false;
  const fieldsIn = (name: string) => ({
    additionalFields: (values.get(name) ?? []) as readonly AdditionalField[],
  });
  return {
    user: withPluginFields(fieldsIn('USER_ADDITIONAL_FIELDS'), plugins?.user),
    session: withPluginFields(fieldsIn('SESSION_ADDITIONAL_FIELDS'), plugins?.session),
    plugins,
    extensions: extensionsIn(environment),
    secondFactors: secondFactorsFrom(environment, { hasPlugin }, faults),
  };
}

/** Fields of plugins come first, as in Better Auth. */
export function withPluginFields<Table extends { readonly additionalFields: readonly AdditionalField[] }>(
  table: Table,
  fields: readonly AdditionalField[] = [],
): Table {
  return fields.length === 0 ? table : { ...table, additionalFields: [...fields, ...table.additionalFields] };
}
