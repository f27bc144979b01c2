import { Observed } from '../metrics/observed.js';
import { ServerClient } from './server-client.js';

export interface Statement {
  /** The first word of the statement, such as `select`; `other` if it is not one of the common ones. */
  readonly operation: string;
  /** The name of a prepared statement. */
  readonly name: string | undefined;
}

/** Every statement that a connection of the server's pool runs, from sending it to its last row. */
export const STATEMENTS = new Observed<Statement>();

const OPERATIONS = new Set(['select', 'insert', 'update', 'delete', 'with', 'start', 'commit', 'rollback']);

type Query = (...given: unknown[]) => unknown;
type Callback = (error: unknown, ...more: unknown[]) => void;

/** A connection that reports each statement to `STATEMENTS`, without its text and its values. */
export class ObservedClient extends ServerClient {
  constructor(config?: ConstructorParameters<typeof ServerClient>[0]) {
    super(config);
    this.query = observed(this.query.bind(this)) as typeof this.query;
  }
}

function observed(query: Query): Query {
  return (...given) => {
    const end = STATEMENTS.begin(describe(given[0]));
    const callback = given.at(-1);
    if (typeof callback === 'function') {
      const answer: Callback = (error, ...more) => {
        end(error ?? undefined);
        (callback as Callback)(error, ...more);
      };
      return query(...given.slice(0, -1), answer);
    }
    const result = query(...given);
    if (result instanceof Promise) result.then(() => end(), end);
    else end();
    return result;
  };
}

/** Descriptions of the prepared statements, by name. One name always stands for one text. */
const described = new Map<string, Statement>();

function describe(statement: unknown): Statement {
  const { name, text } = (typeof statement === 'string' ? { text: statement } : statement) as {
    name?: string;
    text?: string;
  };
  if (name === undefined) return { operation: operationOf(text), name };
  let known = described.get(name);
  if (!known) described.set(name, (known = { operation: operationOf(text), name }));
  return known;
}

function operationOf(text = ''): string {
  const [, word = ''] = /^\s*(\w+)/.exec(text) ?? [];
  const operation = word.toLowerCase();
  return OPERATIONS.has(operation) ? operation : 'other';
}
