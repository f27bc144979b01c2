import type { ValueTransformer } from 'typeorm';

/** Legacy tables may have numeric ids, but the protocol has only strings. PostgreSQL casts the strings back itself. */
export const textId: ValueTransformer = {
  from: (value: string | number | null | undefined) => (typeof value === 'number' ? String(value) : value),
  to: (value: unknown) => value,
};
