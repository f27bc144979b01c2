/** A schema of the library zod, of which this server reads the JSON Schema. */
export interface QuerySchema {
  toJSONSchema?(options: { io: 'input'; unrepresentable: 'any' }): JsonSchema;
}

/** The parts of a JSON Schema that say which properties an object has. */
interface JsonSchema {
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

type Parameters = Map<string, { schema: object; required: boolean }>;

/**
 * The query parameters of an endpoint, also those that only one of several forms of the query has. The library's generator
 * describes queries of one form only.
 */
export function queryParameters(query: QuerySchema | undefined) {
  const found = propertiesOf(query?.toJSONSchema?.({ io: 'input', unrepresentable: 'any' }) ?? {});
  return [...found].map(([name, { schema, required }]) => ({ name, in: 'query', required, schema }));
}

function propertiesOf({ properties = {}, required = [], anyOf, oneOf, allOf = [] }: JsonSchema): Parameters {
  const found: Parameters = new Map();
  for (const [name, schema] of Object.entries(properties))
    found.set(name, { schema, required: required.includes(name) });
  for (const part of allOf.map(propertiesOf)) for (const [name, each] of part) found.set(name, each);
  const forms = (anyOf ?? oneOf ?? []).map(propertiesOf);
  for (const form of forms)
    for (const [name, each] of form)
      found.set(name, { ...each, required: forms.every((other) => other.get(name)?.required === true) });
  return found;
}
