import type { Type } from '@nestjs/common';
import { validateSync as validate, type ValidationError } from 'class-validator';
import { declaredFields } from './declared-fields.js';

/**
 * The issues of an instance, in the order of its fields, because class-validator puts inherited fields last. An instance whose
 * class has no fields has no issues.
 */
export function validateSync(instance: object): ValidationError[] {
  const fields = declaredFields(instance.constructor as Type);
  return validate(instance, { forbidUnknownValues: false }).toSorted(
    (a, b) => fields.indexOf(a.property) - fields.indexOf(b.property),
  );
}
