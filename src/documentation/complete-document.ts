import type { OpenAPIObject } from '@nestjs/swagger';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Schema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

const METHODS = ['get', 'post', 'put'] as const;

/**
 * Marks routes without `security` as public, and adds the credentials of features and a working example to each request
 * body.
 * @param bearers names of the credentials that every route accepts that accepts the session cookie.
 */
export function completeDocument(document: OpenAPIObject, bearers: readonly string[]): OpenAPIObject {
  for (const path of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = path[method];
      if (!operation) continue;
      operation.security = (operation.security ?? []).flatMap((credential) =>
        'cookie' in credential ? [credential, ...bearers.map((name) => ({ [name]: [] }))] : [credential],
      );
      addRequestExample(operation, document.components?.schemas ?? {});
    }
  }
  return document;
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
