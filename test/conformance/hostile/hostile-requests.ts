import type { Route } from '../../documentation/document.js';
import { CODE } from '../random/plugin-world.js';
import { PASSWORD } from '../random/world.js';
import { FORM, ODD_BODIES } from '../scenarios/values.js';

/** A request with one value that no client of the protocol sends. */
export interface HostileRequest {
  readonly method: string;
  readonly path: string;
  /** The parameter of the body or the query; `body` for the whole body. */
  readonly field: string;
  readonly value: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** The browser that may use the route. */
  readonly browser: string;
}

const HOSTILE: readonly (readonly [label: string, value: unknown])[] = [
  ['missing', undefined],
  ['null', null],
  ['true', true],
  ['0', 0],
  ['-1', -1],
  ['1.5', 1.5],
  ['2^31', 2 ** 31],
  ['2^63', 2 ** 63],
  ['1e308', 1e308],
  ['an empty text', ''],
  ['a NUL', 'a\0b'],
  ['half a surrogate pair', 'a\ud800'],
  ['a long text', 'x'.repeat(5000)],
  ['a huge text', 'x'.repeat(300_000)],
  ['no date', '2026-13-45T99:99:99Z'],
  ['a large number', '9'.repeat(400)],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['no URL', 'http://['],
  ['an escape', '%zz'],
  ['an empty array', []],
  ['an array', ['a']],
  ['an array of null', [null]],
  ['an array of objects', [{ a: [] }]],
  ['a NUL in an array', ['a\0b']],
  ['an empty object', {}],
  ['an object', { a: 1 }],
  ['an object with null', { a: null }],
  ['an object with a NUL', { 'a\0b': 'a\0b' }],
  ['an object with a NUL in arrays', { user: ['a\0b'], member: ['a\0b'] }],
  ['keys of a prototype', { constructor: 1, toString: 1, length: -1 }],
  ['nested objects', { a: { b: { c: [{ d: {} }] } } }],
];

/** Values for fields that are objects: a hostile value under each key that the library may read. */
const INSIDE = [
  'name',
  'email',
  'role',
  'slug',
  'image',
  'username',
  'phoneNumber',
  'permission',
  'id',
  'createdAt',
  'banExpires',
  'banned',
  'metadata',
  'logo',
  'roleName',
];

/** Values that make most routes do their work. Names in braces are those of the world. */
const GOOD: Readonly<Record<string, unknown>> = {
  userId: '{id-bob}',
  user_id: '{id-ada}',
  role: 'member',
  email: '{ada}',
  password: PASSWORD,
  newPassword: PASSWORD,
  name: 'Ada',
  data: { name: 'Ada' },
  sessionToken: '{token-bob}',
  permissions: { user: ['create'] },
  permission: { member: ['update'] },
  slug: 'slug-{tag}',
  organizationId: '{org}',
  organizationSlug: 'acme-{tag}',
  invitationId: '{invite-bob}',
  memberIdOrEmail: '{bob}',
  memberId: '{member-bob}',
  teamId: '{team}',
  roleName: 'auditor',
  code: CODE,
  otp: CODE,
  username: 'ada_{tag}',
  type: 'sign-in',
  token: '{magic}',
  callbackURL: '/in',
  newEmail: '{newer}',
  phoneNumber: '{phone-ada}',
  client_id: 'tv',
  grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
  device_code: '{device-yes}',
  user_code: 'NEWCODE1',
  userCode: 'NEWCODE1',
  id: '{key-ada}',
  keyId: '{key-ada}',
  response: { id: 'x', rawId: 'x', type: 'public-key', response: {} },
  limit: '10',
  offset: '0',
};

/** Fields with a name that means something else on these routes. */
const GOOD_AT: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  '/admin/create-user': { email: '{new}', role: 'user' },
  '/admin/get-user': { id: '{id-bob}' },
  '/admin/set-role': { role: 'user' },
  '/admin/list-users': {
    searchField: 'email',
    searchOperator: 'contains',
    searchValue: 'a',
    sortBy: 'email',
    filterField: 'name',
    filterOperator: 'contains',
    filterValue: 'a',
  },
  '/organization/invite-member': { email: '{guest}' },
  '/organization/get-invitation': { id: '{invite-bob}' },
  '/organization/list-members': {
    sortBy: 'createdAt',
    filterField: 'role',
    filterOperator: 'eq',
    filterValue: 'member',
  },
  '/organization/create-role': { role: 'editor' },
  '/two-factor/verify-totp': { code: '{totp}' },
  '/two-factor/verify-backup-code': { code: '{backup}' },
  '/email-otp/verify-email': { email: '{ada}' },
  '/passkey/delete-passkey': { id: '{passkey-ada}' },
  '/passkey/update-passkey': { id: '{passkey-ada}' },
  '/one-time-token/verify': { token: '{ott}' },
  '/email-otp/check-verification-otp': { type: 'email-verification' },
  '/multi-session/set-active': { sessionToken: '{token}' },
};

/** Fields that the metadata of these routes leaves out. */
const MORE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  '/organization/delete-role': ['roleName', 'roleId', 'organizationId'],
  '/organization/get-role': ['roleName', 'roleId', 'organizationId'],
  '/organization/update-role': ['roleName', 'roleId', 'organizationId', 'data'],
  '/passkey/verify-authentication': ['response'],
};

const ROOT = '/api/auth';

const browserOf = (path: string): string => {
  if (path.startsWith('/admin/')) return 'root';
  if (path === '/two-factor/enable') return 'ada';
  if (/^\/two-factor\/(verify|send)/.test(path)) return 'half';
  if (path.startsWith('/two-factor/')) return 'tess';
  if (path === '/delete-anonymous-user') return 'guest';
  if (/^\/organization\/(accept|reject)-invitation|get-invitation|list-user-invitations/.test(path))
    return 'bob';
  return path.startsWith('/sign-in/') ? 'stranger' : 'ada';
};

interface Schema {
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** What the requests for a route look like if nothing about them is hostile. */
export interface RouteInput {
  /** @param field that is hostile. Some fields mean something only beside others. */
  readonly good: (field: string) => Readonly<Record<string, unknown>>;
  readonly browser: string;
  /** Fields that the metadata of the route leaves out. */
  readonly more?: readonly string[];
  /** If true, the route reads forms and no JSON. */
  readonly isForm?: boolean;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Further hostile values of one field. */
  readonly special?: Readonly<Record<string, readonly string[]>>;
  /** Hostile values inside of a field that is an object or a list. */
  readonly inside: (good: object) => readonly Labelled[];
}

type Labelled = readonly [label: string, value: unknown];

const inputOf = (path: string): RouteInput => ({
  good: () => ({ ...GOOD, ...GOOD_AT[path] }),
  browser: browserOf(path),
  more: MORE_FIELDS[path] ?? [],
  inside: (good) =>
    INSIDE.flatMap((key) =>
      PRESENT.map(([label, value]): Labelled => [`${key}: ${label}`, { ...good, [key]: value }]),
    ),
});

const PRESENT = HOSTILE.filter(([, value]) => value !== undefined);

/** Hostile values at every place in an object or a list. */
export function everywhereIn(good: unknown): readonly Labelled[] {
  const here: readonly Labelled[] = HOSTILE;
  if (Array.isArray(good))
    return [...here, ...everywhereIn(good[0]).map(([label, value]): Labelled => [`[]: ${label}`, [value]])];
  if (typeof good !== 'object' || good === null) return here;
  return [
    ...here,
    ...Object.entries(good).flatMap(([key, part]) =>
      everywhereIn(part).map(([label, value]): Labelled => [
        `${key}: ${label}`,
        { ...good, [key]: value as unknown },
      ]),
    ),
  ];
}

export const pathOf = (route: Route): string => route.path.slice(ROOT.length);

/** All hostile requests for a route of a plugin, and one at the end that is not hostile. */
export function hostileRequests(route: Route, input = inputOf(pathOf(route))): HostileRequest[] {
  const { method, operation } = route;
  const { good, browser, more = [], isForm = false, headers, special = {}, inside } = input;
  const { properties = {} } = (operation.requestBody?.content['application/json']?.schema ?? {}) as Schema;
  const fields = [...Object.keys(properties), ...more];
  const inBody = new Set(method === 'GET' ? [] : fields);
  const inQuery = new Set([...route.query.map(({ name }) => name), ...(method === 'GET' ? more : [])]);
  const inPath = new Set([...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name));

  /** The request with this value in the field, and good values in the others. */
  const request = (place: ReadonlySet<string>, field: string, [value, sent]: Labelled): HostileRequest => {
    const usual = good(field);
    const filled = (names: ReadonlySet<string>) => ({
      ...Object.fromEntries([...names].filter((name) => name in usual).map((name) => [name, usual[name]])),
      ...(names === place ? { [field]: sent } : {}),
    });
    const path = pathOf(route).replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
      name in filled(inPath) ? encode(textOf(filled(inPath)[name]).slice(0, 6000)) : whole,
    );
    const query = queryOf(filled(inQuery));
    return {
      method,
      path: query === '' ? path : `${path}?${query}`,
      field,
      value,
      browser,
      ...bodyOf(filled(inBody)),
    };
  };
  const bodyOf = (sent: Readonly<Record<string, unknown>>) => {
    if (inBody.size === 0) return { body: undefined, headers };
    return isForm ? { body: queryOf(sent), headers: { ...FORM, ...headers } } : { body: sent, headers };
  };
  const valuesOf = (field: string): readonly Labelled[] => [
    ...HOSTILE,
    ...(special[field] ?? []).map((value): Labelled => [value, value]),
  ];
  const insideOf = (field: string) => {
    const value = good(field)[field];
    return typeof value === 'object' && value !== null ? inside(value) : [];
  };
  const usual = request(NOTHING, '', ['nothing hostile', undefined]);
  const form = typeof usual.body === 'object' ? queryOf(usual.body as Record<string, unknown>) : usual.body;
  const bodies = [...ODD_BODIES, ['a form', form, FORM] as const].map(([value, body, theirs]) => ({
    ...usual,
    field: 'body',
    value,
    body,
    headers: { ...headers, ...theirs },
  }));
  return [
    ...[...inQuery].flatMap((field) => valuesOf(field).map((value) => request(inQuery, field, value))),
    ...[...inPath].flatMap((field) => valuesOf(field).map((value) => request(inPath, field, value))),
    ...[...inBody].flatMap((field) =>
      [...valuesOf(field), ...insideOf(field)].map((value) => request(inBody, field, value)),
    ),
    ...(method === 'GET' ? [] : bodies),
    usual,
  ];
}

const NOTHING: ReadonlySet<string> = new Set();

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');

/** A repeated key is an array, as in the library. */
function queryOf(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .flatMap(([name, value]) => {
      if (value === undefined) return [];
      const all = Array.isArray(value) && value.length > 0 ? [...value, ...value] : [value];
      return all.map((one) => `${name}=${encode(textOf(one).slice(0, 6000))}`);
    })
    .join('&');
}

const encode = (text: string) =>
  text
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .split(/(\{[a-z-]+\})/i)
    .map((part) => (/^\{[a-z-]+\}$/i.test(part) ? part : encodeURIComponent(part)))
    .join('');
