import type { QueryRunner } from 'typeorm';
import { legacyFormatOf } from '../../src/crypto/password/legacy-password.js';

/** Variables that decide what happens to rows. The run that begins the migrations stores them. */
export const CHOICES = [
  'LEGACY_ACTIVE_STATUSES',
  'LEGACY_MISSING_EMAIL',
  'LEGACY_DUPLICATE_EMAIL',
  'LEGACY_TRIGGERS',
  'LEGACY_PASSWORD_FORMAT',
] as const;
export type ChoiceName = (typeof CHOICES)[number];

/** Has no entry for a variable that the operator did not set. */
export type Choices = Readonly<Partial<Record<ChoiceName, string>>>;

/** The choices in this process's variables. */
export function choicesNow(): Choices {
  const format = legacyFormatOf(process.env);
  const chosen = CHOICES.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []));
  return Object.fromEntries([...chosen, ...(format ? [['LEGACY_PASSWORD_FORMAT', format]] : [])]) as Choices;
}

/** The choices with which the migrations began. A later run uses them even if the variables have changed. */
export async function readChoices(queryRunner: QueryRunner): Promise<Choices> {
  const rows = (await queryRunner.query('select variable, value from gatehouse.choices')) as {
    variable: ChoiceName;
    value: string;
  }[];
  return Object.fromEntries(rows.map(({ variable, value }) => [variable, value]));
}
