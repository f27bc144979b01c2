import type { BetterAuthPlugin } from '@better-auth/core';
import { BASE_PATH } from '../../config/config.js';
import type { DescribedOperation, DescribedRoutes } from '../../openapi/api-contributions.js';
import { MESSAGES } from '../../errors/error-catalogue.js';
import { describeErrors } from './describe-errors.js';
import type { LibraryMiddleware } from './library.js';
import type { PluginRoute } from './plugin-route.js';
import { queryParameters } from './query-parameters.js';
import { RouteErrors, type AskedRoute } from './route-errors.js';
import { MEDIA_TYPE, scimErrorSchema } from './scim-errors.js';

/** The document that the library's own generator makes. */
interface GeneratedDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const LIMITED = {
  description: 'Too many requests',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorAnswer' } } },
};

const UNEXPECTED = {
  description:
    'Unexpected error. Unless the plugin names the reason, the body is sent if `Accept` names `application/json`. The log has the reason under the `x-request-id` of the answer.',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorAnswer' } } },
};

const UNEXPECTED_IN_SCIM = {
  ...UNEXPECTED,
  content: { [MEDIA_TYPE]: { schema: scimErrorSchema('500', []) } },
};

/** The context of a running library. */
export type LibraryContext = object;

/** The library with the plugins that it runs. */
export interface DescribedHost {
  readonly routes: readonly PluginRoute[];
  readonly context: LibraryContext;
  readonly plugins: readonly BetterAuthPlugin[];
  /** True if the plugins are a team's own, or call code of the team, so that they may answer with any code. */
  readonly hasOwnCode: boolean;
}

/** The OpenAPI description of the routes that plugins define, from the metadata of the plugins. */
export async function describeRoutes(host: DescribedHost): Promise<DescribedRoutes> {
  const { routes, context } = host;
  const [{ openAPI }, library] = await Promise.all([
    import('better-auth/plugins'),
    import('better-auth/api'),
  ]);
  const guards: readonly unknown[] = [
    library.sessionMiddleware,
    library.freshSessionMiddleware,
    library.sensitiveSessionMiddleware,
    library.requestOnlySessionMiddleware,
  ];
  const generate = openAPI().endpoints.generateOpenAPISchema as unknown as (given: {
    context: LibraryContext;
  }) => Promise<GeneratedDocument>;
  const generated = await generate({ context });
  const errorsOf = errorDescriber(host);
  const paths: Record<string, Record<string, DescribedOperation>> = {};
  for (const { plugin, key, path, methods, endpoint } of routes) {
    const described = path.replaceAll(/:(\w+)/g, '{$1}');
    const operations = routes.filter((other) => other.path === path).flatMap((other) => other.methods);
    for (const method of methods.map((each) => each.toLowerCase())) {
      const found = generated.paths[described]?.[method] ?? {};
      const isGuarded = needs(guards, endpoint);
      const asked = { plugin, path, method: method.toUpperCase(), isGuarded, fields: fieldsOf(found) };
      (paths[BASE_PATH + described] ??= {})[method] = {
        ...found,
        tags: [plugin],
        // The paths of `scim` are nouns.
        operationId:
          plugin === 'scim' ? key : nameOf(operations.length > 1 ? `${described}/${method}` : described),
        summary: found.summary ?? summaryOf(described),
        parameters: withMissing(found.parameters, [
          ...pathParameters(described),
          ...queryParameters(endpoint.options.query),
        ]),
        security: isGuarded ? [{ cookie: [] }] : [],
        responses: errorsOf(asked, found.responses ?? { 200: { description: 'OK' } }),
      };
    }
  }
  const tags = [...new Set(routes.map(({ plugin }) => plugin))].map((name) => ({
    name,
    description: `Routes of the plugin ${name}`,
  }));
  return inOpenApi31({ paths, tags, schemas: generated.components.schemas });
}

type Responses = NonNullable<DescribedOperation['responses']>;
type Parameters = NonNullable<DescribedOperation['parameters']>;

/** Replaces the errors that the library's generator gives to every route by those that the route has. */
function errorDescriber({ plugins, hasOwnCode }: DescribedHost) {
  const known = new RouteErrors(plugins);
  const messages = messagesOf(plugins);
  return (route: AskedRoute, generated: Responses): Responses => {
    const errors = known.of(route);
    if (!errors) return { ...generated, 400: refused(generated[400]), 429: LIMITED, 500: UNEXPECTED };
    const described = Object.entries(errors).map(([status, found]) => [
      status,
      describeErrors(status, { ...found, open: found.open || hasOwnCode }, messages),
    ]);
    const others = Object.entries(generated).filter(([status]) => Number(status) < 400);
    const unexpected = route.plugin === 'scim' ? UNEXPECTED_IN_SCIM : UNEXPECTED;
    return { ...Object.fromEntries([...others, ...described]), 500: unexpected };
  };
}

/** This server may refuse a value before the plugin does, in its own form. */
function refused(generated: object = { description: 'A value that is not accepted' }): object {
  const { content } = generated as { readonly content?: object };
  return { ...generated, content: { ...LIMITED.content, ...content } };
}

function messagesOf(plugins: readonly BetterAuthPlugin[]): Map<string, string> {
  const ofPlugins = plugins.flatMap(({ $ERROR_CODES = {} }) =>
    Object.values($ERROR_CODES).map(({ code, message }): [string, string] => [code, message]),
  );
  return new Map([...ofPlugins, ...Object.entries(MESSAGES)]);
}

/** The fields of the body and of the query. */
function fieldsOf({ parameters = [], requestBody }: DescribedOperation): string[] {
  const { properties = {} } = requestBody?.content['application/json']?.schema ?? {};
  return [...Object.keys(properties), ...parameters.flatMap(({ name }) => name ?? [])];
}

/** True if the endpoint uses one of these middlewares, perhaps through another one. */
const needs = (
  guards: readonly unknown[],
  { options: { use = [] } }: Pick<LibraryMiddleware, 'options'>,
): boolean => use.some((middleware) => guards.includes(middleware) || needs(guards, middleware));

/**
 * The generator writes `nullable`, which OpenAPI 3.1 does not know, and `passkey` requires a field beside a
 * reference to a schema that lacks it. Leaves out the schemas that nothing names.
 */
function inOpenApi31({ paths, tags, schemas }: DescribedRoutes): DescribedRoutes {
  const [newPaths, newSchemas] = [corrected(paths), corrected(schemas)];
  const used = (name: string) => JSON.stringify(newPaths).includes(`"#/components/schemas/${name}"`);
  return {
    paths: newPaths,
    tags,
    schemas: Object.fromEntries(Object.entries(newSchemas).filter(([name]) => used(name))),
  };
}

function corrected<Part>(part: Part): Part {
  if (Array.isArray(part)) return part.map(corrected) as Part;
  if (typeof part !== 'object' || part === null) return part;
  const { nullable, required, ...rest } = part as Record<string, unknown>;
  const { type } = rest;
  const changed = {
    ...rest,
    ...(nullable === true && typeof type === 'string' ? { type: [type, 'null'] } : {}),
    ...(required === undefined || '$ref' in rest ? {} : { required }),
  };
  return Object.fromEntries(Object.entries(changed).map(([name, value]) => [name, corrected(value)])) as Part;
}

const words = (path: string) => path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');

/** `/two-factor/enable` becomes `twoFactorEnable`. */
const nameOf = (path: string) =>
  words(path)
    .map((word, n) => (n === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('');

function summaryOf(path: string): string {
  const text = words(path).join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Every parameter in a path must be described (OpenAPI 3.1.0, "Path Templating"). */
const pathParameters = (path: string) =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));

function withMissing(described: Parameters = [], all: Parameters): Parameters {
  const known = new Set(described.map(({ in: place, name }) => `${place} ${name}`));
  return [...described, ...all.filter(({ in: place, name }) => !known.has(`${place} ${name}`))];
}
