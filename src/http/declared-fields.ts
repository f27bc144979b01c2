import type { Type } from '@nestjs/common';

const FIELDS = Symbol('fields');

const fieldsOf = (prototype: object) =>
  (Reflect.getMetadata(FIELDS, prototype) as readonly string[] | undefined) ?? [];

/** Records a field of a body or query class. Inherited fields come first. */
export const DeclaredField: PropertyDecorator = (prototype, name) => {
  const fields = new Set([...fieldsOf(prototype), String(name)]);
  Reflect.defineMetadata(FIELDS, [...fields], prototype);
};

/** The names of the fields of a body or query class, in the order of declaration. */
export const declaredFields = (type: Type): readonly string[] => fieldsOf(type.prototype as object);
