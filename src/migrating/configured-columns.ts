import type { ConfiguredColumn } from '../../migrations/configured-columns.js';
import type { AdditionalField } from '../config/additional-fields.js';
import type { ConfiguredFields } from '../config/configured-fields.js';
import { columnType } from '../additional-fields/additional-columns.js';

/** The columns that store the configured fields of users and sessions. */
export function configuredColumns({ user, session }: ConfiguredFields): ConfiguredColumn[] {
  const missing = (fields: readonly AdditionalField[]) => fields.filter(({ builtIn }) => !builtIn);
  return [
    ...missing(user.additionalFields).map((field) => columnOf('users', field)),
    ...missing(session.additionalFields).map((field) => columnOf('sessions', field)),
  ];
}

function columnOf(table: ConfiguredColumn['table'], field: AdditionalField): ConfiguredColumn {
  const type = columnType(field);
  return {
    table,
    name: field.column,
    type: type === 'timestamptz' ? 'timestamp with time zone' : type,
    notNull: field.required !== false,
    fallback: constantOf(type, field.defaultValue),
    unique: field.unique,
    index: field.index,
    ...(field.adoption ? { adoption: field.adoption } : {}),
    ...(field.nameVariable ? { published: { name: field.name, variable: field.nameVariable } } : {}),
  };
}

/** SQL of a constant default. Undefined if there is none, or if it is a function, which the server calls for each row. */
function constantOf(type: string, value: unknown): string | undefined {
  if (value === undefined || value === null || typeof value === 'function') return undefined;
  if (type === 'jsonb') return `${quoted(JSON.stringify(value))}::jsonb`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return `${quoted(value instanceof Date ? value.toISOString() : (value as string))}::${type}`;
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
