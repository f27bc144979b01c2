import type { ValidateFunction } from 'ajv/dist/2020.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { routesOf, type OpenApi, type Route } from './document.js';

interface Asked {
  readonly method: string;
  readonly path: string;
}

interface Answered {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly text: string;
}

/** Compares every error of a plugin's route with the document. */
export class PluginErrorCheck {
  /** One sentence for each kind of error that is not documented. */
  readonly faults: string[] = [];
  /** How many errors were compared. */
  compared = 0;
  private readonly ajv = new Ajv2020({ strict: false });
  private readonly routes: { readonly pattern: RegExp; readonly route: Route }[];
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(document: OpenApi) {
    this.ajv.addSchema(document, 'openapi');
    const plugins = new Set(
      document.tags
        .filter(({ description }) => description.startsWith('Routes of the plugin '))
        .map(({ name }) => name),
    );
    this.routes = routesOf(document)
      .filter(({ operation }) => operation.tags?.some((tag) => plugins.has(tag)))
      .map((route) => ({ pattern: new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`), route }));
  }

  readonly watch = ({ method, path }: Asked, answer: Answered): void => {
    if (answer.status < 400 || answer.status === 500) return;
    const [asked = ''] = path.split('?', 1);
    const found = this.routes.find(({ pattern, route }) => route.method === method && pattern.test(asked));
    if (!found) return;
    this.compared += 1;
    const fault = this.faultOf(found.route, answer);
    if (fault && !this.faults.includes(fault)) this.faults.push(fault);
  };

  private faultOf(route: Route, { status, headers, text }: Answered): string | undefined {
    const said = `${route.name} answers ${status} ${text}`;
    const described = route.operation.responses[status];
    if (!described) return `${said}, a status that is not documented`;
    if (text === '')
      return described.description.includes('Without a code') ? undefined : `${said} without a body`;
    const type = headers.find(([name]) => name === 'content-type')?.[1].split(';', 1)[0] ?? '';
    if (!type.endsWith('json')) return undefined;
    if (!described.content?.[type]) return `${said} of the type ${type}, which is not documented`;
    const validate = this.validatorOf([
      'paths',
      route.path,
      route.method.toLowerCase(),
      'responses',
      status,
      'content',
      type,
      'schema',
    ]);
    return validate(JSON.parse(text)) ? undefined : `${said}, but ${this.ajv.errorsText(validate.errors)}`;
  }

  private validatorOf(keys: readonly (string | number)[]): ValidateFunction {
    const pointer = keys.map((key) => String(key).replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
    const validator =
      this.validators.get(pointer) ?? this.ajv.compile({ $ref: `openapi#/${encodeURI(pointer)}` });
    this.validators.set(pointer, validator);
    return validator;
  }
}
