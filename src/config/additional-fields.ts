import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { Parser } from './values.js';

/** Better Auth's types and what PostgreSQL stores them as (protocol.md §10.4). */
export const FIELD_TYPES = {
  string: 'text',
  number: 'integer',
  boolean: 'boolean',
  date: 'timestamptz',
  json: 'jsonb',
  'string[]': 'jsonb',
  'number[]': 'jsonb',
} as const;

export type FieldType = keyof typeof FIELD_TYPES;

/** A field of users or sessions beyond the protocol's own; `name` is its key in JSON, `column` in the database. */
export interface AdditionalField {
  readonly name: string;
  readonly column: string;
  /** Literals: one of them. */
  readonly type: FieldType | readonly string[];
  /** Undefined is not `false`: the column is NOT NULL, but its absence is left to the database (protocol.md §1.6). */
  readonly required: boolean | undefined;
  /** A value, or a function that makes one. */
  readonly defaultValue: unknown;
  /** False: clients may not set it. */
  readonly input: boolean;
  /** False: it never leaves the server. */
  readonly returned: boolean;
  readonly unique: boolean;
  readonly index: boolean;
  readonly bigint: boolean;
  /** What is wrong with a client's value, if anything; only a module can say. */
  readonly problem: (value: unknown) => string | undefined;
  /** From a client's value to what is stored; only a module can say. */
  readonly stored: (value: unknown) => unknown;
}

const SHAPE =
  'JSON such as {"locale":{"type":"string","required":false}}, or the path of a module that exports it';

/** Better Auth's `additionalFields`, in declaration order: JSON, or a module for validators, transforms and functions. */
export const additionalFields: Parser<readonly AdditionalField[]> = (value) => {
  const declared = value.trimStart().startsWith('{') ? parseJson(value) : loadModule(value);
  if (typeof declared !== 'object' || declared === null || Array.isArray(declared)) throw new Error(SHAPE);
  return Object.entries(declared).map(([name, raw]) => fieldOf(name, raw));
};

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw new Error(SHAPE);
  }
}

function loadModule(path: string): unknown {
  try {
    const loaded: unknown = createRequire(import.meta.url)(resolve(path));
    return (loaded as { default?: unknown }).default ?? loaded;
  } catch (error) {
    const [reason] = (error as Error).message.split('\n', 1);
    throw new Error(`${SHAPE}; ${path} cannot be loaded: ${reason}`, { cause: error });
  }
}

function fieldOf(name: string, raw: unknown): AdditionalField {
  if (!/^[A-Za-z][A-Za-z0-9_]{0,58}$/.test(name)) throw new Error(`${SHAPE}; "${name}" cannot name a field`);
  const field = (raw ?? {}) as Record<string, unknown>;
  const column = field['fieldName'] ?? snakeCase(name);
  if (typeof column !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(column)) {
    throw new Error(`${SHAPE}; "${name}" has a fieldName that cannot name a column`);
  }
  return {
    name,
    column,
    type: typeOf(name, field['type']),
    required: typeof field['required'] === 'boolean' ? field['required'] : undefined,
    defaultValue: field['defaultValue'],
    input: field['input'] !== false,
    returned: field['returned'] !== false,
    unique: field['unique'] === true,
    index: field['index'] === true,
    bigint: field['bigint'] === true,
    problem: problemOf(field['validator']),
    stored: transformOf(field['transform']),
  };
}

function typeOf(name: string, type: unknown): AdditionalField['type'] {
  const literals =
    Array.isArray(type) && type.length > 0 && type.every((literal) => typeof literal === 'string');
  if (literals || (typeof type === 'string' && type in FIELD_TYPES)) return type as AdditionalField['type'];
  throw new Error(`${SHAPE}; "${name}" has no type that Better Auth knows`);
}

/** `validator.input` is a Standard Schema, as Better Auth takes them. */
function problemOf(validator: unknown): AdditionalField['problem'] {
  interface StandardSchema {
    '~standard': { validate(value: unknown): { issues?: readonly { message: string }[] } };
  }
  const schema = (validator as { input?: StandardSchema } | undefined)?.input;
  return (value) => schema?.['~standard'].validate(value).issues?.[0]?.message;
}

function transformOf(transform: unknown): AdditionalField['stored'] {
  const input = (transform as { input?: (value: unknown) => unknown } | undefined)?.input;
  return (value) => (input ? input(value) : value);
}

const snakeCase = (name: string) => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
