import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { Parser } from './values.js';

/**
 * Better Auth's field types and the PostgreSQL types of their columns
 * (src/additional-fields/protocol.md, "Types in PostgreSQL").
 */
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

type Change = (value: unknown) => unknown;

interface FieldTransform {
  readonly input?: Change;
  readonly output?: Change;
}

interface Validated {
  readonly value?: unknown;
  readonly issues?: readonly { readonly message?: string }[];
}

/** See standardschema.dev. Zod's schemas are such. */
interface StandardSchema {
  readonly '~standard': { validate(value: unknown): Validated | Promise<Validated> };
}

interface FieldValidator {
  readonly input?: StandardSchema;
}

/** The parts of a field that are code, so that only a module can declare them. JSON can declare a `defaultValue` that is a value. */
export interface FieldFunctions {
  readonly defaultValue?: unknown;
  readonly onUpdate?: unknown;
  readonly transform?: FieldTransform;
  readonly validator?: FieldValidator;
}

/** A configured field of users or sessions. `name` is its key in JSON, and `column` is its column in the database. */
export interface AdditionalField {
  readonly name: string;
  readonly column: string;
  /** If this is an array, the value must be one of its strings. */
  readonly type: FieldType | readonly string[];
  /**
   * Undefined if the option is not written. Then the column is NOT NULL, but only the database checks for a missing value
   * (src/additional-fields/protocol.md, "Input rules").
   */
  readonly required: boolean | undefined;
  /** A value, or a function that returns one. */
  readonly defaultValue: unknown;
  /** Likewise, for an update without a value. */
  readonly onUpdate: unknown;
  readonly transform: FieldTransform;
  readonly validator: FieldValidator;
  /** False if clients may not set the field. */
  readonly input: boolean;
  /** False if no answer contains the field. */
  readonly returned: boolean;
  readonly unique: boolean;
  readonly index: boolean;
  readonly bigint: boolean;
  /** Returns what is wrong with a client's value. Only a module can declare such a validator, JSON cannot. */
  readonly problem: (value: unknown) => string | undefined;
  /** Turns a client's value into the one to write: what `validator.input` makes of it, or else `transform.input`. */
  readonly stored: (value: unknown) => unknown;
  /** True if every installation has the column, and a plugin only adds it to the answers. */
  readonly builtIn?: boolean;
  /** The variable that would name the column of a plugin's field. Undefined if it is set. */
  readonly nameVariable?: string;
  /** Set if a column of that name in a legacy table may mean something else. */
  readonly adoption?: {
    /** The variable that names the column, and so says what it means. */
    readonly variable: string;
    /** True if the column fits without that variable when all its values are in lower case. */
    readonly lowerCase?: boolean;
  };
}

const SHAPE =
  'JSON such as {"locale":{"type":"string","required":false}}, or the path of a module that exports it';

/**
 * Parses Better Auth's `additionalFields`, and keeps their order. The text is JSON, or the path of a module. Only a
 * module can declare validators, transforms and functions.
 */
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

/** @throws {Error} whose message completes the sentence "NAME must be …". */
export function fieldOf(name: string, raw: unknown): AdditionalField {
  if (!/^[A-Za-z][A-Za-z0-9_]{0,58}$/.test(name))
    throw new Error(`${SHAPE}; "${name}" is not a valid field name`);
  const field = (raw ?? {}) as Record<string, unknown>;
  const column = field['fieldName'] ?? snakeCase(name);
  if (typeof column !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(column)) {
    throw new Error(`${SHAPE}; "fieldName" of "${name}" is not a valid column name`);
  }
  return {
    name,
    column,
    type: typeOf(name, field['type']),
    required: typeof field['required'] === 'boolean' ? field['required'] : undefined,
    input: field['input'] !== false,
    returned: field['returned'] !== false,
    unique: field['unique'] === true,
    index: field['index'] === true,
    bigint: field['bigint'] === true,
    ...codeOf(field),
  };
}

/** The same field with further functions. */
export const withFunctions = (field: AdditionalField, given: FieldFunctions): AdditionalField => ({
  ...field,
  ...codeOf({
    defaultValue: given.defaultValue ?? field.defaultValue,
    onUpdate: given.onUpdate ?? field.onUpdate,
    transform: { ...field.transform, ...given.transform },
    validator: { ...field.validator, ...given.validator },
  }),
});

function codeOf({ defaultValue, onUpdate, transform = {}, validator = {} }: FieldFunctions) {
  const problem = (value: unknown) => {
    const issues = validator.input && validated(validator.input, value).issues;
    return issues && (issues[0]?.message || 'Validation Error');
  };
  const stored = (value: unknown) => {
    if (validator.input) return validated(validator.input, value).value;
    return transform.input ? transform.input(value) : value;
  };
  return { defaultValue, onUpdate, transform, validator, problem, stored };
}

function validated(schema: StandardSchema, value: unknown): Validated {
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) throw new Error('Async validation of an additional field is not supported.');
  return result;
}

function typeOf(name: string, type: unknown): AdditionalField['type'] {
  const literals =
    Array.isArray(type) && type.length > 0 && type.every((literal) => typeof literal === 'string');
  if (literals || (typeof type === 'string' && type in FIELD_TYPES)) return type as AdditionalField['type'];
  const types = Object.keys(FIELD_TYPES).join(', ');
  throw new Error(`${SHAPE}; "type" of "${name}" must be one of ${types}, or an array of strings`);
}

export const snakeCase = (name: string) => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
