/** A value of every JSON type, and a missing value. */
export const WRONG_TYPES: readonly (readonly [label: string, value: unknown])[] = [
  ['missing', undefined],
  ['null', null],
  ['a number', 5],
  ['zero', 0],
  ['true', true],
  ['false', false],
  ['an array', ['a']],
  ['an empty array', []],
  ['an object', { a: 1 }],
  ['an empty object', {}],
  ['an empty text', ''],
];

/** The values that a text column can store. */
export const STORABLE_TYPES = WRONG_TYPES.filter(([, value]) => typeof value !== 'object' || value === null);

export const ADA = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' };

export const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** Everything a client may send in place of a JSON object. */
export const ODD_BODIES: readonly (readonly [
  label: string,
  body: unknown,
  headers?: Record<string, string | undefined>,
])[] = [
  ['no body', undefined],
  ['an empty body', ''],
  ['an empty object', {}],
  ['null', null],
  ['a number', '5'],
  ['a text', '"text"'],
  ['true', 'true'],
  ['an array', []],
  ['an array of objects', [{ name: 'Ada' }]],
  ['malformed JSON', '{"name":'],
  ['JSON with a trailing comma', '{"name":"Ada",}'],
  ['only spaces', '   '],
  ['two JSON values', '{} {}'],
  ['single quotes', "{'name':'Ada'}"],
  ['a byte order mark', '\uFEFF{"name":"Ada"}'],
  ['keys of Object.prototype', '{"__proto__":{"name":"x"},"constructor":{"prototype":1},"toString":1}'],
  ['a key twice', '{"name":1,"name":"Ada"}'],
  ['text/plain', '{"name":"Ada"}', { 'content-type': 'text/plain' }],
  ['text/plain with a charset', '{"name":"Ada"}', { 'content-type': 'text/plain;charset=UTF-8' }],
  ['xml', '<a/>', { 'content-type': 'application/xml' }],
  ['an empty content type', '{"name":"Ada"}', { 'content-type': '' }],
  ['no content type', '{"name":"Ada"}', { 'content-type': undefined }],
  ['json with a charset', '{"name":"Ada"}', { 'content-type': 'application/json; charset=utf-8' }],
  ['JSON in capitals', '{"name":"Ada"}', { 'content-type': 'Application/JSON' }],
  ['json with spaces', '{"name":"Ada"}', { 'content-type': ' application/json ; x=y' }],
  ['a type with the suffix +json', '{"name":"Ada"}', { 'content-type': 'application/problem+json' }],
  ['a type that starts like json', '{"name":"Ada"}', { 'content-type': 'application/jsonp' }],
  ['a form', 'name=Ada&email=a%40b.co', FORM],
  [
    'a form with a charset',
    'name=Ada',
    { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
  ],
  ['multipart', '--x\r\n\r\n--x--', { 'content-type': 'multipart/form-data; boundary=x' }],
  ['a content type and no body', '', { 'content-type': 'text/plain' }],
];
