import type { ValueTransformer } from 'typeorm';

/** Legacy tables may count their ids; the protocol knows only strings. PostgreSQL casts them back by itself. */
export const textId: ValueTransformer = {
  from: (value: string | number | null | undefined) => (typeof value === 'number' ? String(value) : value),
  to: (value: unknown) => value,
};
