import { validateSync as validate, type ValidationError } from 'class-validator';

/** The issues of an instance. An instance of a class without fields has none. */
export const validateSync = (instance: object): ValidationError[] =>
  validate(instance, { forbidUnknownValues: false });
