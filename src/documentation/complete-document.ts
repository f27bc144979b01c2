import type { OpenAPIObject } from '@nestjs/swagger';
import type { DescribedRoutes } from '../openapi/api-contributions.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Schema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Generators make types of the schemas, and these names are those that a front end expects. */
const NAMES: Readonly<Record<string, string>> = {
  UserAnswer: 'User',
  SessionAnswer: 'Session',
  AccountAnswer: 'Account',
};

/**
 * Marks routes without `security` as public, adds the credentials of features and a working example to each request
 * body, gives the main schemas short names, and adds the routes that no controller has.
 * @param bearers names of the credentials that every route accepts that accepts the session cookie.
 */
export function completeDocument(
  made: OpenAPIObject,
  described: readonly DescribedRoutes[],
  bearers: readonly string[],
): OpenAPIObject {
  const own = renamed(made);
  for (const operation of operationsOf(own)) addRequestExample(operation, own.components?.schemas ?? {});
  const document = withRoutes(own, described);
  for (const operation of operationsOf(document)) {
    operation.security = (operation.security ?? []).flatMap((credential) =>
      'cookie' in credential ? [credential, ...bearers.map((name) => ({ [name]: [] }))] : [credential],
    );
  }
  return document;
}

const operationsOf = ({ paths }: OpenAPIObject): Operation[] =>
  Object.values(paths).flatMap((path) => METHODS.flatMap((method) => path[method] ?? []));

/** The schemas of this server win, because they are what it sends. */
function withRoutes(document: OpenAPIObject, described: readonly DescribedRoutes[]): OpenAPIObject {
  const schemas = Object.assign(
    {},
    ...described.map((routes) => routes.schemas),
    document.components?.schemas,
  );
  const paths = Object.assign({}, document.paths, ...described.map((routes) => routes.paths));
  return { ...document, paths, components: { ...document.components, schemas } };
}

function renamed(document: OpenAPIObject): OpenAPIObject {
  const text = JSON.stringify(document).replaceAll(
    /"#\/components\/schemas\/(\w+)"/g,
    (_, name: string) => `"#/components/schemas/${NAMES[name] ?? name}"`,
  );
  const copy = JSON.parse(text) as OpenAPIObject;
  const schemas = Object.entries(copy.components?.schemas ?? {});
  return {
    ...copy,
    components: {
      ...copy.components,
      schemas: Object.fromEntries(schemas.map(([name, schema]) => [NAMES[name] ?? name, schema])),
    },
  };
}

/** Without an example, Swagger UI would fill every field, also optional ones, with "string". */
function addRequestExample({ requestBody }: Operation, schemas: Record<string, Schema>): void {
  if (!requestBody || '$ref' in requestBody) return;
  for (const media of Object.values(requestBody.content)) {
    const schema = media.schema && '$ref' in media.schema ? schemas[nameIn(media.schema.$ref)] : media.schema;
    if (!schema || '$ref' in schema) continue;
    const examples = Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
      'example' in property ? [[name, property.example as unknown]] : [],
    );
    media.example = Object.fromEntries(examples);
  }
}

const nameIn = (reference: string) => reference.split('/').at(-1) ?? '';
