import { optional, type OptionalOption } from '../option-table.js';
import { integer, seconds, type Parser } from '../values.js';

/** An option of a plugin. If its variable is not set, the plugin decides. */
export type Row = OptionalOption<unknown>;

export const is = <T>(parse: Parser<T>): Row => optional(parse, 'the plugin’s default');

export const amount = is(integer(1, 1_000_000));
export const time = is(seconds(1));
