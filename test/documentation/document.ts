import type { Gatehouse } from '../setup/gatehouse.js';
import { BrowserLikeClient, type Answer } from '../setup/browser-like-client.js';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

export interface Media {
  readonly schema: unknown;
  readonly example?: Record<string, unknown>;
  readonly examples?: Record<string, { readonly value: unknown }>;
}

export interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly Record<string, unknown>[];
  readonly parameters?: readonly {
    readonly in: string;
    readonly name: string;
    readonly required?: boolean;
    readonly example?: unknown;
  }[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Record<string, Media> };
  readonly responses: Record<
    string,
    { readonly description: string; readonly content?: Record<string, Media> }
  >;
}

export interface OpenApi {
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: {
    readonly securitySchemes: Record<string, { readonly name?: string }>;
    readonly schemas: Record<string, { readonly type: string; additionalProperties?: boolean }>;
  };
}

/** An operation of the document, with a method that calls it. */
export class Route {
  constructor(
    readonly method: string,
    readonly path: string,
    readonly operation: Operation,
  ) {}

  get name(): string {
    return `${this.method} ${this.path}`;
  }

  /** The example body of the document. */
  get example(): Record<string, unknown> | undefined {
    return this.operation.requestBody?.content['application/json']?.example;
  }

  /** The parameters of the query. */
  get query(): { readonly name: string; readonly example: string | undefined }[] {
    return (this.operation.parameters ?? [])
      .filter((parameter) => parameter.in === 'query')
      .map(({ name, example }) => ({ name, example: typeof example === 'string' ? example : undefined }));
  }

  /** True if the operation requires a session. */
  get isGuarded(): boolean {
    const { security = [] } = this.operation;
    return security.length > 0 && security.every((way) => Object.keys(way).length > 0);
  }

  /** The documented errors: status and code, or the message if there is no code. */
  get errors(): [status: number, code: string][] {
    return Object.entries(this.operation.responses)
      .filter(([status]) => Number(status) >= 400)
      .flatMap(([status, { content }]) => {
        const codes = Object.keys(content?.['application/json']?.examples ?? { '': {} });
        return codes.map((code): [number, string] => [Number(status), code]);
      });
  }

  /** Sends the request, by default with the example body. */
  send(
    client: BrowserLikeClient,
    body: unknown = this.example,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return client.call(this.path, { method: this.method, body, headers });
  }
}

export async function fetchDocument({
  origin,
}: Pick<Gatehouse, 'origin'>): Promise<{ text: string; document: OpenApi }> {
  const answer = await new BrowserLikeClient(origin).get('/docs/json');
  return { text: answer.text, document: answer.json() as OpenApi };
}

export function routesOf({ paths }: OpenApi): Route[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => new Route(method.toUpperCase(), path, operation)),
  );
}

/** Compares answers with the document. */
export class AnswerCheck {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });

  constructor(document: OpenApi) {
    const strict = structuredClone(document);
    // Makes fields that the document does not name an error.
    for (const schema of Object.values(strict.components.schemas)) schema.additionalProperties ??= false;
    formats.default(this.ajv);
    this.ajv.addSchema(strict, 'openapi');
  }

  /** Returns a sentence for each difference from the document; empty if there is none. */
  faults(route: Route, answer: Answer): string[] {
    const described = route.operation.responses[answer.status];
    if (!described) return [`${route.name}: ${answer.status} is not documented: ${answer.text}`];
    if (answer.text === '') {
      const mayBeEmpty = !described.content || described.description.includes('No body: ');
      return mayBeEmpty ? [] : [`${route.name}: ${answer.status} without the documented body`];
    }
    const type = String(answer.headers['content-type']).split(';', 1)[0] ?? '';
    const media = described.content?.[type];
    if (!media) return [`${route.name}: ${answer.status} of type ${type} is not documented: ${answer.text}`];
    const body: unknown = type === 'application/json' ? answer.json() : answer.text;
    return [...this.shapeFaults(route, answer.status, type, body), ...codeFaults(route, answer, media)];
  }

  private shapeFaults(route: Route, status: number, type: string, body: unknown): string[] {
    const keys = [
      'paths',
      route.path,
      route.method.toLowerCase(),
      'responses',
      status,
      'content',
      type,
      'schema',
    ];
    const pointer = keys.map((key) => String(key).replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
    const validate: ValidateFunction = this.ajv.compile({ $ref: `openapi#/${encodeURI(pointer)}` });
    if (validate(body)) return [];
    return [`${route.name}: ${status} ${JSON.stringify(body)}: ${this.ajv.errorsText(validate.errors)}`];
  }
}

function codeFaults(route: Route, answer: Answer, { examples }: Media): string[] {
  if (answer.status < 400 || !examples) return [];
  const { code, message } = answer.json() as { code?: string; message?: string };
  const key = code ?? message ?? '';
  return key in examples ? [] : [`${route.name}: ${answer.status} ${key} is not documented`];
}
