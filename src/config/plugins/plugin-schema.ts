import type { BetterAuthPlugin } from '@better-auth/core';
import type { Environment } from '../environment.js';
import { FIELD_TYPES, fieldOf, snakeCase, type AdditionalField } from '../additional-fields.js';
import { furtherIndexes } from './further-indexes.js';
import { variableOf } from '../option-table.js';
import { tableName } from '../table-names.js';

type Schema = NonNullable<BetterAuthPlugin['schema']>;
type Fields = Schema[string]['fields'];
type Field = Fields[string];
type References = NonNullable<Field['references']>;

/** The column whose values another column contains, and what happens to that row if this one is deleted. */
export interface PluginReference {
  readonly table: string;
  /** Undefined for `id`. Names of applied migrations contain a digest, so existing references keep their form. */
  readonly column?: string;
  readonly onDelete: string;
}

/** A column of a table that a plugin needs. */
export interface PluginColumn {
  /** The plugin's name of the column. */
  readonly field: string;
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly unique: boolean;
  readonly index: boolean;
  readonly references?: PluginReference;
}

export interface PluginTable {
  /** The plugin's name of the table. */
  readonly model: string;
  readonly name: string;
  readonly columns: readonly PluginColumn[];
  readonly indexes: readonly { readonly columns: readonly string[]; readonly unique: boolean }[];
}

/** Columns that every installation has and that the plugin `admin` uses too. */
const BUILT_IN: ReadonlySet<string> = new Set(['banned', 'ban_reason', 'ban_expires']);

/** Fields whose column a legacy table may have with another meaning, and the variable that answers for it. */
const ADOPTION: Readonly<Record<string, { readonly variable: string; readonly lowerCase?: true }>> = {
  role: { variable: 'ADMIN_SCHEMA_USER_FIELDS_ROLE' },
  username: { variable: 'USERNAME_SCHEMA_USER_FIELDS_USERNAME', lowerCase: true },
};

/**
 * Fields that only the plugin itself may write, although it declares them without `input: false`. A client that sets the
 * customer of `stripe` could open the billing portal of that customer.
 */
const WRITTEN_BY_PLUGIN: ReadonlySet<string> = new Set(['stripeCustomerId']);

/** The tables of the protocol, by the library's name. A plugin may add fields to the first two. */
const OUR_TABLES: Readonly<Record<string, string>> = {
  user: 'users',
  session: 'sessions',
  account: 'accounts',
  verification: 'verifications',
};

/** Names that no rule derives. */
const TABLE_NAMES: Readonly<Record<string, string>> = { apikey: 'api_keys' };

function pluralOf(model: string): string {
  const name = TABLE_NAMES[model] ?? snakeCase(model);
  if (name.endsWith('ss')) return `${name}es`;
  if (name.endsWith('s')) return name;
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}

/** @param names what variables say, by option path: another name for a table or a column. */
export class SchemaNames {
  /** The variables that name a table or a column of a loaded plugin. */
  readonly variables = new Set<string>();
  private readonly ofColumns = new Map<string, string>();

  constructor(
    private readonly environment: Environment,
    private readonly faults: string[],
  ) {}

  /** Returns the schema with the names of tables and columns that this server uses: plural, and words joined by `_`. */
  of(root: string, schema: Schema): Schema {
    const models = Object.entries(schema).map(([model, { fields, modelName, ...rest }]) => {
      const path = `${root}.schema.${model}`;
      const given = modelName === undefined || modelName === model ? pluralOf(model) : modelName;
      const named = Object.entries(fields).map(([name, field]) => {
        const column = !field.fieldName || field.fieldName === name ? snakeCase(name) : field.fieldName;
        const fieldName = this.chosen(`${path}.fields.${name}`) ?? column;
        this.ofColumns.set(`${model}.${name}`, variableOf(`${path}.fields.${name}`));
        return [name, { ...field, ...(WRITTEN_BY_PLUGIN.has(name) && { input: false }), fieldName }] as const;
      });
      const isOurs = model in OUR_TABLES;
      const table = isOurs ? modelName : (this.chosen(`${path}.modelName`) ?? given);
      return [model, { ...rest, modelName: table, fields: Object.fromEntries(named) }] as const;
    });
    return Object.fromEntries(models);
  }

  /** The variable that names the column of a field. */
  variableFor(model: string, field: string): string | undefined {
    return this.ofColumns.get(`${model}.${field}`);
  }

  isSet(variable: string): boolean {
    return Boolean(this.environment[variable]);
  }

  private chosen(path: string): string | undefined {
    const variable = variableOf(path);
    this.variables.add(variable);
    const value = this.environment[variable];
    if (!value) return undefined;
    try {
      return tableName(value);
    } catch (error) {
      this.faults.push(`${variable} must be ${(error as Error).message}.`);
      return undefined;
    }
  }
}

/** The fields that the plugins add to users or sessions. */
export function pluginFields(
  plugins: readonly BetterAuthPlugin[],
  model: 'user' | 'session',
  names: SchemaNames,
): AdditionalField[] {
  const fields = Object.assign({}, ...plugins.map(({ schema }) => schema?.[model]?.fields ?? {})) as Fields;
  return Object.entries(fields).map(([name, field]) => {
    const declared = fieldOf(name, field);
    const typeProblem = problemOf(field.type);
    const nameVariable = names.variableFor(model, name);
    const parsed: AdditionalField = {
      ...declared,
      ...(nameVariable === undefined || names.isSet(nameVariable) ? {} : { nameVariable }),
      problem: (value) => typeProblem(value) ?? declared.problem(value),
    };
    if (model === 'session') return parsed;
    const { variable, ...rule } = ADOPTION[name] ?? {};
    const isFree = variable === undefined || names.isSet(variable);
    return {
      ...parsed,
      ...(BUILT_IN.has(parsed.column) ? { builtIn: true } : {}),
      ...(isFree ? {} : { adoption: { variable, ...rule } }),
    };
  });
}

/** The code of plugins expects values of the declared type, and fails with others. */
function problemOf(type: Field['type']): AdditionalField['problem'] {
  const expected = type === 'string' || type === 'boolean' || type === 'number' ? type : undefined;
  return (value) =>
    expected === undefined || value === null || typeof value === expected
      ? undefined
      : `Invalid input: expected ${expected}, received ${typeof value}`;
}

/** The tables that the plugins need. */
export function pluginTables(plugins: readonly BetterAuthPlugin[]): PluginTable[] {
  const models = new Map<string, { name: string; fields: Fields; indexes: Schema[string]['indexes'] }>();
  for (const { schema = {} } of plugins) {
    for (const [model, { modelName, fields, indexes, disableMigration }] of Object.entries(schema)) {
      if (model in OUR_TABLES || disableMigration) continue;
      const known = models.get(model);
      models.set(model, {
        name: modelName ?? pluralOf(model),
        fields: { ...known?.fields, ...fields },
        indexes: [...(known?.indexes ?? []), ...(indexes ?? [])],
      });
    }
  }
  const foundAs = (model: string) =>
    models.get(model) ?? [...models.values()].find(({ name }) => name === model);
  const referenceOf = ({ model, field, onDelete = 'cascade' }: References): PluginReference => {
    const target = foundAs(model);
    const column = target?.fields[field]?.fieldName ?? snakeCase(field);
    const table = OUR_TABLES[model] ?? target?.name ?? model;
    return { table, ...(column === 'id' ? {} : { column }), onDelete };
  };
  return [...models].map(([model, { name, fields, indexes }]) => ({
    model,
    name,
    columns: Object.entries(fields).map(([field, attributes]) => columnOf(field, attributes, referenceOf)),
    indexes: [
      ...(indexes ?? []),
      ...furtherIndexes(model, fields).map((indexed) => ({ fields: indexed, unique: false })),
    ].map(({ fields: indexed, unique }) => ({
      columns: indexed.map((field) => fields[field]?.fieldName ?? snakeCase(field)),
      unique: unique ?? false,
    })),
  }));
}

function columnOf(
  name: string,
  field: Field,
  referenceOf: (references: References) => PluginReference,
): PluginColumn {
  const { references } = field;
  return {
    field: name,
    name: field.fieldName ?? snakeCase(name),
    type: typeOf(field),
    notNull: field.required !== false,
    unique: field.unique ?? false,
    // Without an index on it, deleting the referenced row reads the whole table.
    index: (field.index ?? false) || references !== undefined,
    ...(references ? { references: referenceOf(references) } : {}),
  };
}

function typeOf({ type, bigint }: Field): string {
  if (typeof type !== 'string') return 'text';
  if (type === 'number' && bigint) return 'bigint';
  const column = FIELD_TYPES[type];
  return column === 'timestamptz' ? 'timestamp with time zone' : column;
}
