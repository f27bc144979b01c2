import type { Type } from '@nestjs/common';

const FIELDS = Symbol('fields');

const fieldsOf = (prototype: object) =>
  (Reflect.getMetadata(FIELDS, prototype) as readonly string[] | undefined) ?? [];

/** Notes a field of a body or query class, after those that its class inherits. */
export const DeclaredField: PropertyDecorator = (prototype, name) => {
  const fields = new Set([...fieldsOf(prototype), String(name)]);
  Reflect.defineMetadata(FIELDS, [...fields], prototype);
};

/** Names of the fields that a body or query class declares, in their order. */
export const declaredFields = (type: Type): readonly string[] => fieldsOf(type.prototype as object);
