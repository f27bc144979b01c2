import { applyDecorators, type Type } from '@nestjs/common';
import { ApiProperty } from '../openapi/decorators.js';
import { ValidateBy, ValidateIf } from 'class-validator';
import { validateSync } from './validate.js';
import { DeclaredField, declaredFields } from './declared-fields.js';
import { isEmailAddress } from './email-address.js';
import { typeName } from './type-name.js';

/**
 * The decorators below declare the fields of a body. One decorator serves validation, with the messages of the protocol
 * (src/http/protocol.md, "Validation messages"), and OpenAPI.
 */
interface FieldOptions {
  readonly description?: string;
  readonly example?: unknown;
  /** True if the field may be missing. `null` does not count as missing. */
  readonly optional?: boolean;
}

/** Characters. A field without `maxLength` may have as many as `text`. */
export const LENGTHS = {
  name: 1000,
  email: 1000,
  text: 2048,
  /** Authorization codes and the tokens of mailed links. */
  code: 8192,
  /** Long enough that every password of a client is refused by the setting, and not here. */
  password: 2_000_000,
  /** ID tokens and access tokens of providers, which may list many groups. */
  token: 65_536,
  /** A URL, or a small picture as a `data:` URL. */
  image: 65_536,
} as const;
const MOST_ENTRIES = 100;
/** Characters of an object with any keys, as JSON. */
const LONGEST_RECORD = 8192;

interface TextOptions extends FieldOptions {
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly format?: 'password' | 'uri';
}

export function Text({ optional, minLength, ...options }: TextOptions = {}): PropertyDecorator {
  const { maxLength = options.format === 'password' ? LENGTHS.password : LENGTHS.text, ...documentation } =
    options;
  const schema = { type: String, required: !optional, minLength, maxLength, ...documentation };
  return field(optional, ApiProperty(schema), [
    check('text', (value) => typeof value === 'string', expected('string')),
    ...(minLength
      ? [
          check(
            'length',
            (value) => !hasLength(value) || value.length >= minLength,
            (value) =>
              typeof value === 'string'
                ? `Too small: expected string to have >=${minLength} characters`
                : `Too small: expected array to have >=${minLength} items`,
          ),
        ]
      : []),
    atMost(maxLength),
  ]);
}

export function Email({ optional, ...documentation }: FieldOptions = {}): PropertyDecorator {
  const schema = {
    type: String,
    format: 'email',
    maxLength: LENGTHS.email,
    required: !optional,
    ...documentation,
  };
  return field(optional, ApiProperty(schema), [
    check('text', (value) => typeof value === 'string', expected('string')),
    check(
      'email',
      (value) => typeof value !== 'string' || isEmailAddress(value),
      () => 'Invalid email address',
    ),
    atMost(LENGTHS.email),
  ]);
}

/** Text for which the protocol has several schemas. So its message does not say which type it expects. */
export function Name({ optional, ...documentation }: FieldOptions = {}): PropertyDecorator {
  const schema = { type: String, maxLength: LENGTHS.text, required: !optional, ...documentation };
  return field(optional, ApiProperty(schema), [
    check(
      'name',
      (value) => typeof value === 'string',
      () => 'Invalid input',
    ),
    atMost(LENGTHS.text),
  ]);
}

export function Flag({ optional, ...documentation }: FieldOptions = {}): PropertyDecorator {
  return field(optional, ApiProperty({ type: Boolean, required: !optional, ...documentation }), [
    check('flag', (value) => typeof value === 'boolean', expected('boolean')),
  ]);
}

interface AnythingOptions extends FieldOptions {
  readonly type?: typeof String | typeof Boolean;
  readonly nullable?: boolean;
  /** Of a value that is text. */
  readonly maxLength?: number;
}

/** A field whose type the protocol does not validate. The handler checks it. */
export function Anything({ optional, ...rest }: AnythingOptions = {}): PropertyDecorator {
  const { type = String, maxLength = LENGTHS.text, ...documentation } = rest;
  const schema = { required: !optional, type, ...(type === String && { maxLength }), ...documentation };
  return field(optional, ApiProperty(schema), [atMost(maxLength)]);
}

export function NumberField({ optional, ...documentation }: FieldOptions = {}): PropertyDecorator {
  return field(optional, ApiProperty({ type: Number, required: !optional, ...documentation }), [
    check('number', (value) => typeof value === 'number', expected('number')),
  ]);
}

export function TextList({ optional, ...documentation }: FieldOptions = {}): PropertyDecorator {
  const items = { type: 'string', maxLength: LENGTHS.text };
  const schema = { type: 'array', maxItems: MOST_ENTRIES, items, required: !optional, ...documentation };
  return field(optional, ApiProperty(schema as object), [
    issues('texts', (value) => {
      if (!Array.isArray(value)) return [expected('array')(value)];
      if (value.length > MOST_ENTRIES) return [`Too big: expected array to have <=${MOST_ENTRIES} items`];
      return value.flatMap((entry, index) => textIssue(entry, `.${index}`));
    }),
  ]);
}

/**
 * An object with any keys. With `refuse`, its values must be strings, and `refuse` returns what is wrong with the object.
 */
export function RecordField({
  optional,
  refuse,
  ...documentation
}: FieldOptions & {
  readonly refuse?: (record: Record<string, string>) => string | undefined;
} = {}): PropertyDecorator {
  const schema = { type: 'object', additionalProperties: refuse ? { type: 'string' } : true } as const;
  return field(optional, ApiProperty({ ...schema, required: !optional, ...documentation } as object), [
    issues('record', (value) => {
      if (typeName(value) !== 'object') return [expected('record')(value)];
      if (JSON.stringify(value).length > LONGEST_RECORD)
        return [`Too big: expected record to have <=${LONGEST_RECORD} characters as JSON`];
      if (!refuse) return [];
      const record = value as Record<string, string>;
      const wrong = Object.entries(record).flatMap(([key, entry]) => textIssue(entry, `.${key}`));
      return wrong.length > 0 ? wrong : [refuse(record) ?? []].flat();
    }),
  ]);
}

/** An object with the fields of a class. */
export function Nested(type: Type, { optional, ...documentation }: FieldOptions = {}): PropertyDecorator {
  return field(optional, ApiProperty({ type, required: !optional, ...documentation }), [
    issues('nested', (value) => {
      if (typeName(value) !== 'object') return [expected('object')(value)];
      const fields = declaredFields(type);
      const own = Object.entries(value as object).filter(([key]) => fields.includes(key));
      const instance = Object.assign(new type() as object, Object.fromEntries(own));
      return validateSync(instance).flatMap(({ property, constraints = {} }) =>
        Object.values(constraints).flatMap((text) =>
          splitIssues(text).map(({ path, issue }) => `.${property}${path}\t${issue}`),
        ),
      );
    }),
  ]);
}

/** Splits the text of a constraint: each line is one issue, and may begin with a path below the field and a tab. */
export function splitIssues(text: string): { path: string; issue: string }[] {
  return text.split('\n').map((line) => {
    const tab = line.indexOf('\t');
    return { path: tab < 0 ? '' : line.slice(0, tab), issue: line.slice(tab + 1) };
  });
}

function issues(name: string, find: (value: unknown) => string[]): PropertyDecorator {
  return check(
    name,
    (value) => find(value).length === 0,
    (value) => find(value).join('\n'),
  );
}

function textIssue(value: unknown, path: string): string[] {
  const issue = typeof value !== 'string' ? expected('string')(value) : tooLong(value, LENGTHS.text);
  return issue === undefined ? [] : [`${path.replace(/\s/g, ' ')}\t${issue}`];
}

const tooLong = (value: unknown, most: number): string | undefined =>
  typeof value === 'string' && value.length > most
    ? `Too big: expected string to have <=${most} characters`
    : undefined;

const atMost = (most: number): PropertyDecorator =>
  check(
    'most',
    (value) => tooLong(value, most) === undefined,
    (value) => tooLong(value, most) ?? '',
  );

function field(optional: boolean | undefined, documentation: PropertyDecorator, checks: PropertyDecorator[]) {
  const whenPresent = ValidateIf((_, value) => value !== undefined);
  return applyDecorators(DeclaredField, documentation, ...checks, ...(optional ? [whenPresent] : []));
}

/** The protocol also checks the length of an array, although it has already reported the wrong type. */
const hasLength = (value: unknown): value is string | unknown[] =>
  typeof value === 'string' || Array.isArray(value);

function check(name: string, validate: (value: unknown) => boolean, text: (value: unknown) => string) {
  return ValidateBy({
    name,
    validator: {
      validate: (value: unknown) => validate(value),
      defaultMessage: (problem) => text(problem?.value),
    },
  });
}

const expected = (type: string) => (value: unknown) =>
  `Invalid input: expected ${type}, received ${typeName(value)}`;
