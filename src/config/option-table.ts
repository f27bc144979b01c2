import type { Parser } from './values.js';

/** An option of Better Auth, with the parser of its variable and its default in Better Auth 1.7.25. */
export interface Option<T> {
  readonly parse: Parser<T>;
  readonly fallback: T;
  /** The default under `SECURITY_PROFILE=strict`, where it differs. */
  readonly strict?: T;
}

export interface OptionalOption<T> {
  readonly parse: Parser<T>;
  /** The text that the README of the settings shows in place of a default. */
  readonly otherwise: string;
}

export const option = <T>(parse: Parser<T>, fallback: NoInfer<T>): Option<T> => ({ parse, fallback });

/** An option whose default depends on `SECURITY_PROFILE`. */
export const guarded = <T>(
  parse: Parser<T>,
  defaults: { readonly compatible: NoInfer<T>; readonly strict: NoInfer<T> },
): Option<T> => ({ parse, fallback: defaults.compatible, strict: defaults.strict });

export const optional = <T>(parse: Parser<T>, otherwise: string): OptionalOption<T> => ({
  parse,
  otherwise,
});

/** By option path, such as `session.cookieCache.maxAge`. */
export type OptionRows = Readonly<Record<string, Option<unknown> | OptionalOption<unknown>>>;

type ValueOf<O> = O extends Option<infer T> ? T : O extends OptionalOption<infer T> ? T | undefined : never;

type Nest<Path extends string, Value> = Path extends `${infer Head}.${infer Rest}`
  ? { readonly [Key in Head]: Nest<Rest, Value> }
  : { readonly [Key in Path]: Value };

type Intersection<Union> = (Union extends unknown ? (part: Union) => void : never) extends (
  whole: infer Whole,
) => void
  ? Whole
  : never;

/** The values of a table, nested as Better Auth nests its options. */
export type OptionsIn<Rows extends OptionRows> = Intersection<
  { [Path in keyof Rows & string]: Nest<Path, ValueOf<Rows[Path]>> }[keyof Rows & string]
>;

/** A table of any options. */
export interface AnyOptionTable {
  readonly rows: OptionRows;
  nest(values: ReadonlyMap<string, unknown>): unknown;
}

/** The values of the option tables that features contribute. */
export interface FeatureOptions {
  readonly featureOptions: ReadonlyMap<AnyOptionTable, unknown>;
}

/** The options of one owner. */
export class OptionTable<Rows extends OptionRows> implements AnyOptionTable {
  constructor(readonly rows: Rows) {}

  /**
   * Returns the values of this table in a configuration.
   * @throws {Error} if the application was assembled without the table.
   */
  of({ featureOptions }: FeatureOptions): OptionsIn<Rows> {
    const values = featureOptions.get(this);
    if (values === undefined) {
      const [path] = Object.keys(this.rows);
      throw new Error(
        `The configuration was loaded without the option ${path}. Add its table to the feature in src/assembly/features.ts.`,
      );
    }
    return values as OptionsIn<Rows>;
  }

  /** Nests the values of the variables. An option whose variable is not set gets its default. */
  nest(values: ReadonlyMap<string, unknown>): OptionsIn<Rows> {
    const root: Record<string, unknown> = {};
    const strict = values.get('SECURITY_PROFILE') === 'strict';
    for (const [path, declared] of Object.entries(this.rows)) {
      const fallback = defaultOf(declared, strict);
      const variable = variableOf(path);
      const keys = path.split('.');
      const last = keys.pop() ?? path;
      let parent = root;
      for (const key of keys) parent = (parent[key] ??= {}) as Record<string, unknown>;
      parent[last] = values.has(variable) ? values.get(variable) : fallback;
    }
    return root as OptionsIn<Rows>;
  }
}

export const optionTable = <Rows extends OptionRows>(rows: Rows): OptionTable<Rows> => new OptionTable(rows);

function defaultOf(declared: OptionRows[string], strict: boolean): unknown {
  if (!('fallback' in declared)) return undefined;
  return strict && 'strict' in declared ? declared.strict : declared.fallback;
}

/** `session.cookieCache.maxAge` is `SESSION_COOKIE_CACHE_MAX_AGE`. */
export function variableOf(path: string): string {
  return path
    .replaceAll('OAuth', 'Oauth')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase();
}
