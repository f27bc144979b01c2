import type { Type } from '@nestjs/common';

/** Names of the fields that a body or query class declares, in their order. */
export function declaredFields(type: Type): string[] {
  const declared: unknown = Reflect.getMetadata('swagger/apiModelPropertiesArray', type.prototype as object);
  return ((declared as string[] | undefined) ?? []).map((name) => name.replace(/^:/, ''));
}
