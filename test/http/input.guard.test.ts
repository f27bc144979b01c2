import { Anything, Email, Flag, Text } from '../../src/http/fields.js';
import { parseBody } from '../../src/http/input.guard.js';

class Form {
  @Text()
  name!: string;

  @Email()
  email!: string;

  @Text({ minLength: 1 })
  password!: string;

  @Text({ optional: true })
  image?: string;

  @Flag({ optional: true })
  rememberMe?: boolean;

  @Anything({ optional: true })
  anything?: unknown;
}

class OptionalForm {
  static readonly optional = true;

  @Text({ optional: true })
  note?: string;
}

class RecordForm {
  static readonly shapes = ['object', 'record'];

  @Text()
  name!: string;
}

const valid = { name: 'Ada', email: 'ada@example.com', password: 'x' };

/** The message with which a body is refused, or `undefined` if it is accepted. */
function refusal(type: Parameters<typeof parseBody>[0], body: unknown): string | undefined {
  try {
    parseBody(type, body);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

test('a valid body becomes an instance of its class without unknown fields', () => {
  const body = parseBody(Form, { ...valid, id: '1', role: 'admin', banned: false });
  expect(body).toBeInstanceOf(Form);
  expect(body).toEqual(valid);
});

test('the message lists all issues in the order of the fields', () => {
  expect(refusal(Form, { rememberMe: 'yes', email: 'x', password: '' })).toBe(
    [
      '[body.name] Invalid input: expected string, received undefined',
      '[body.email] Invalid email address',
      '[body.password] Too small: expected string to have >=1 characters',
      '[body.rememberMe] Invalid input: expected boolean, received string',
    ].join('; '),
  );
});

test.each([
  [5, 'number'],
  [true, 'boolean'],
  [null, 'null'],
  [[], 'array'],
  [{}, 'object'],
  [undefined, 'undefined'],
])('the message for %j in place of a string names the type %s', (value, name) => {
  const text = `Invalid input: expected string, received ${name}`;
  expect(refusal(Form, { ...valid, name: value })).toBe(`[body.name] ${text}`);
  expect(refusal(Form, { ...valid, email: value })).toBe(`[body.email] ${text}`);
  // Better Auth also checks the minimum length of an array.
  const count = name === 'array' ? '; [body.password] Too small: expected array to have >=1 items' : '';
  expect(refusal(Form, { ...valid, password: value })).toBe(`[body.password] ${text}${count}`);
});

test('null does not count as missing', () => {
  expect(refusal(Form, { ...valid, image: null })).toBe(
    '[body.image] Invalid input: expected string, received null',
  );
  expect(refusal(Form, { ...valid, rememberMe: null })).toBe(
    '[body.rememberMe] Invalid input: expected boolean, received null',
  );
});

test('a field with @Anything accepts every value', () => {
  for (const anything of [null, 0, '', [], { a: 1 }, true]) {
    expect(parseBody(Form, { ...valid, anything })).toEqual({ ...valid, anything });
  }
});

test.each([
  [undefined, 'undefined'],
  [null, 'null'],
  ['text', 'string'],
  [5, 'number'],
  [[], 'array'],
])('refuses %j as body', (body, name) => {
  expect(refusal(Form, body)).toBe(`[body] Invalid input: expected object, received ${name}`);
  expect(refusal(RecordForm, body)).toBe(
    `[body] Invalid input: expected object, received ${name}; [body] Invalid input: expected record, received ${name}`,
  );
});

test('an optional body may be missing, but not null', () => {
  expect(parseBody(OptionalForm, undefined)).toEqual({});
  expect(refusal(OptionalForm, null)).toBe('[body] Invalid input: expected object, received null');
});

test('keys of Object.prototype are ignored', () => {
  const body = parseBody(
    Form,
    JSON.parse(
      '{"name":"Ada","email":"ada@example.com","password":"x","__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"toString":1}',
    ),
  );
  expect(Object.getPrototypeOf(body)).toBe(Form.prototype);
  expect(body).toEqual(valid);
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
  expect(refusal(OptionalForm, JSON.parse('{"__proto__":{"note":5}}'))).toBeUndefined();
});
