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

interface TextOptions extends FieldOptions {
  readonly minLength?: number;
  readonly format?: 'password' | 'uri';
}

export function Text({ optional, minLength, ...documentation }: TextOptions = {}): PropertyDecorator {
  return field(optional, ApiProperty({ type: String, required: !optional, minLength, ...documentation }), [
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
  ]);
}

export function Email({ optional, ...documentation }: FieldOptions = {}): PropertyDecorator {
  return field(
    optional,
    ApiProperty({ type: String, format: 'email', required: !optional, ...documentation }),
    [
      check('text', (value) => typeof value === 'string', expected('string')),
      check(
        'email',
        (value) => typeof value !== 'string' || isEmailAddress(value),
        () => 'Invalid email address',
      ),
    ],
  );
}

/** Text for which the protocol has several schemas. So its message does not say which type it expects. */
export function Name({ optional, ...documentation }: FieldOptions = {}): PropertyDecorator {
  return field(optional, ApiProperty({ type: String, required: !optional, ...documentation }), [
    check(
      'name',
      (value) => typeof value === 'string',
      () => 'Invalid input',
    ),
  ]);
}

export function Flag({ optional, ...documentation }: FieldOptions = {}): PropertyDecorator {
  return field(optional, ApiProperty({ type: Boolean, required: !optional, ...documentation }), [
    check('flag', (value) => typeof value === 'boolean', expected('boolean')),
  ]);
}

/** A field that the protocol does not validate. The handler checks it. */
export function Anything(
  documentation: FieldOptions & { type?: typeof String | typeof Boolean; nullable?: boolean } = {},
): PropertyDecorator {
  const { optional, ...rest } = documentation;
  return field(optional, ApiProperty({ required: !optional, type: String, ...rest }), [
    check(
      'anything',
      () => true,
      () => '',
    ),
  ]);
}

export function NumberField({ optional, ...documentation }: FieldOptions = {}): PropertyDecorator {
  return field(optional, ApiProperty({ type: Number, required: !optional, ...documentation }), [
    check('number', (value) => typeof value === 'number', expected('number')),
  ]);
}

export function TextList({ optional, ...documentation }: FieldOptions = {}): PropertyDecorator {
  return field(optional, ApiProperty({ type: [String], required: !optional, ...documentation }), [
    issues('texts', (value) =>
      Array.isArray(value)
        ? value.flatMap((entry, index) => textIssue(entry, `.${index}`))
        : [expected('array')(value)],
    ),
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

const textIssue = (value: unknown, path: string): string[] =>
  typeof value === 'string' ? [] : [`${path.replace(/\s/g, ' ')}\t${expected('string')(value)}`];

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
