import type { BetterAuthPlugin } from '@better-auth/core';
import type { ErrorCode } from '../../errors/error-catalogue.js';
import { REDIRECTS } from '../../http/redirect-fields.js';
import { readErrorCodes, type ErrorsOfCode, type ErrorsOfStatus, type Task } from './error-codes.js';
import { refusalOf } from './faults-of-values.js';
import { ACTS_ON_NEW_SESSIONS, hostingOf } from './hosted-paths.js';

type Errors = Readonly<Record<number, ErrorsOfStatus>>;

/** The facts that decide which errors a route has. */
export interface AskedRoute {
  /** The id of the plugin that defines the route. */
  readonly plugin: string;
  readonly path: string;
  readonly method: string;
  readonly isGuarded: boolean;
  /** The fields that the route declares, in the body or in the query. */
  readonly fields: readonly string[];
}

const codes = (...listed: readonly ErrorCode[]): ErrorsOfStatus => ({ codes: listed });

/** The rate limit answers without a code. */
const LIMITED: Errors = { 429: { bare: true } };

/** Of every route: the database or a plugin may refuse a value. */
const EVERYWHERE: Errors = { 400: codes('VALIDATION_ERROR'), ...LIMITED };

const ORIGIN = codes('INVALID_ORIGIN', 'MISSING_OR_NULL_ORIGIN');

/** The statuses of `scim` for a resource that exists already, and for a body of another type. */
const OF_CHANGES: ReadonlySet<string> = new Set(['409', '415']);

const WITH_BODY: Errors = {
  400: codes('BAD_REQUEST'),
  403: ORIGIN,
  413: codes('PAYLOAD_TOO_LARGE'),
  415: codes('UNSUPPORTED_MEDIA_TYPE'),
};

/** The session may be deleted while it is being renewed. */
const GUARDED: Errors = { 401: codes('FAILED_TO_GET_SESSION') };

/** The session of a user who is banned or deleted, or whose password was replaced meanwhile, does not begin. */
const NEW_SESSION: Errors = {
  401: { ...codes('USER_NOT_FOUND'), bare: true },
  403: codes('BANNED_USER'),
};

const OF_TASKS: Readonly<Record<Task, Errors>> = {
  session: NEW_SESSION,
  password: { 503: codes('SERVICE_UNAVAILABLE') },
  check: { 400: codes('PASSWORD_TOO_LONG'), 503: codes('SERVICE_UNAVAILABLE') },
  user: {},
};

/** The owner of an API key is checked like a user who signs in (`api-keys.ts`). */
const OF_HOOKS: Readonly<Record<string, Errors>> = { 'api-key': NEW_SESSION };

/** The errors of the routes of known plugins. */
export class RouteErrors {
  private readonly known = readErrorCodes();

  constructor(private readonly plugins: readonly BetterAuthPlugin[]) {}

  /** @returns the errors by status; undefined if nobody knows them. */
  of(route: AskedRoute): Errors | undefined {
    if (route.plugin === 'scim') return this.ofDirectory(route);
    const own = this.known.routes[`${route.method} ${route.path}`];
    if (!own) return undefined;
    const guarded = route.isGuarded || own.errors['401'] !== undefined;
    const refusal = refusalOf(route.path.slice(1));
    return merged([
      own.errors,
      EVERYWHERE,
      route.method === 'GET' ? {} : WITH_BODY,
      guarded ? GUARDED : {},
      refusal ? { 400: refusal } : {},
      redirectErrors(route.fields),
      ...(own.does ?? []).map((task) => OF_TASKS[task]),
      ...this.plugins.flatMap((plugin) => this.errorsAround(plugin, route, own)),
    ]);
  }

  /** `scim` checks the values of each request itself, and turns every error of its own into the form of SCIM. */
  private ofDirectory(route: AskedRoute): Errors {
    const own = Object.entries(this.known.scim).filter(
      ([status]) => route.method !== 'GET' || !OF_CHANGES.has(status),
    );
    return merged([
      Object.fromEntries(own.map(([status, scimTypes]) => [status, { scimTypes }])),
      LIMITED,
      route.method === 'GET' ? {} : { 403: ORIGIN, 413: { scimTypes: [] } },
      ...this.plugins.flatMap((plugin) => this.errorsAround(plugin, route, { errors: {} })),
    ]);
  }

  /** The errors that the hooks of a plugin add to those of a route. */
  private errorsAround(
    plugin: BetterAuthPlugin,
    { plugin: owner, path, method }: AskedRoute,
    { does }: ErrorsOfCode,
  ): Errors[] {
    const { id } = plugin;
    const mayRun =
      (id === owner && method !== 'GET') ||
      (hostingOf([plugin], path) !== 'none' && (method !== 'GET' || !ACTS_ON_NEW_SESSIONS.has(id)));
    return [
      ...(mayRun ? [this.known.hooks[id]?.errors ?? {}, OF_HOOKS[id] ?? {}] : []),
      ...(does ? [this.known.rows[id]?.errors ?? {}] : []),
    ];
  }
}

function redirectErrors(fields: readonly string[]): Errors {
  const redirects = REDIRECTS.filter(({ field }) => fields.includes(field));
  if (redirects.length === 0) return {};
  return { 400: { bare: true }, 403: codes(...redirects.map(({ code }) => code)) };
}

function merged(all: readonly Errors[]): Errors {
  const statuses = [...new Set(all.flatMap((errors) => Object.keys(errors)))];
  return Object.fromEntries(
    statuses.map((status): [string, ErrorsOfStatus] => {
      const found = all.flatMap((errors) => errors[Number(status)] ?? []);
      return [
        status,
        {
          codes: [...new Set(found.flatMap((each) => each.codes ?? []))].toSorted(),
          names: [...new Set(found.flatMap((each) => each.names ?? []))].toSorted(),
          scimTypes: found.some(({ scimTypes }) => scimTypes)
            ? [...new Set(found.flatMap((each) => each.scimTypes ?? []))].toSorted()
            : undefined,
          bare: found.some(({ bare }) => bare),
          open: found.some(({ open }) => open),
        },
      ];
    }),
  );
}
