import type { QueryRunner } from 'typeorm';
import { needTable, quote } from './1763900000000-catalogue.js';
import { readLegacyColumns, type LegacyColumns } from './1763900000000-legacy-columns.js';
import { textExpressions, type TextExpressions } from './1763900000000-text.js';
import { addedColumns } from './1763900000000-undo-journal.js';
import { DEACTIVATED } from './1763900850000-credential-account.js';
import { keepOriginal, NOTE_FAILURE, type DualWrite } from './1763900850000-dual-write.js';

/** Says how one of our columns follows a legacy column. */
interface Rule {
  readonly legacy: string;
  /** SQL: true if an update changed the legacy column's meaning. */
  readonly changed: string;
  readonly onInsert: string;
  readonly onUpdate: string;
}

const OURS = [
  'name',
  'image',
  'email_verified',
  'is_email_verified',
  'banned',
  'ban_reason',
  'ban_expires',
  'created_at',
  'updated_at',
] as const;

const BAN = `
  if not coalesce(new.banned, false) or new.ban_expires is not null then
    new.ban_reason := '${DEACTIVATED}';
  end if;
  new.banned := true;
  new.ban_expires := null;`;

/**
 * Copies name, picture, verified and active from the legacy columns: all of them for a new row, later only the one
 * whose legacy column changes, so that an unrelated write does not overwrite newer values of ours. Undefined if the
 * table has none of these columns.
 */
export async function columnsTrigger(queryRunner: QueryRunner): Promise<DualWrite | undefined> {
  const rules = await rulesFor(queryRunner);
  if (rules.length === 0) return undefined;
  const added = await addedColumns(queryRunner, 'users');
  const columns = [...new Set(rules.map(({ legacy }) => quote(legacy)))].join(', ');
  // If an insert sets our own name column, no legacy application made it, and the legacy columns only have defaults.
  const ours = added.has('name') ? 'new.name is null' : 'true';
  return {
    name: 'users_columns',
    table: 'users',
    lockTimeout: 500,
    triggers: [
      { events: 'before insert', when: ours },
      {
        events: `before update of ${columns}`,
        when: `(${rules.map(({ changed }) => changed).join(' or ')})`,
      },
    ],
    declarations: 'written record := new;',
    body: `
        if (select mode from gatehouse.switch_over) = 'gatehouse' then
          exit work;
        end if;
        if tg_op = 'INSERT' then
          new.created_at := coalesce(new.created_at, new.updated_at, now());
          new.updated_at := coalesce(new.updated_at, new.created_at);
          ${rules.map(({ onInsert }) => onInsert).join('\n')}
        else
          ${rules.map(({ changed, onUpdate }) => `if ${changed} then ${onUpdate} end if;`).join('\n')}
        end if;
        ${keepWritten(OURS.filter((column) => !added.has(column)))}`,
    onFailure: `
        ${NOTE_FAILURE}
        new := written;`,
  };
}

/** Saves what the legacy application wrote to columns that existed before, so that `down` restores it. */
function keepWritten(columns: readonly string[]): string {
  if (columns.length === 0) return '';
  const differs = (column: string) => `written.${column} is distinct from new.${column}`;
  const changes = (side: string) =>
    `jsonb_strip_nulls(jsonb_build_object(${columns
      .map(
        (column) => `'${column}', case when ${differs(column)} then jsonb_build_array(${side}.${column}) end`,
      )
      .join(', ')}))`;
  return `if ${columns.map(differs).join(' or ')} then ${keepOriginal(changes('written'), changes('new'))} end if;`;
}

async function rulesFor(queryRunner: QueryRunner): Promise<Rule[]> {
  const { columns } = await needTable(queryRunner, 'users');
  const added = await addedColumns(queryRunner, 'users');
  const legacy = await readLegacyColumns(queryRunner);
  const text = await textExpressions(queryRunner);
  const rules = [
    nameRule(legacy, text, columns.get('name')?.maxLength ?? null),
    imageRule(legacy, text, added),
    verifiedRule(legacy),
    activeRule(legacy),
  ];
  return rules.filter((rule) => rule !== undefined);
}

function nameRule({ name }: LegacyColumns, text: TextExpressions, limit: number | null): Rule | undefined {
  if (!name) return undefined;
  const column = quote(name);
  const local = `coalesce(nullif(split_part(${text.normalised('new.email')}, '@', 1), ''), new.email::text)`;
  const value = `coalesce(${text.presence(`new.${column}`)}, ${local})`;
  const assignment = `new.name := ${limit ? `left(${value}, ${limit})` : value};`;
  const changed = `old.${column} is distinct from new.${column}`;
  return { legacy: name, changed, onInsert: assignment, onUpdate: assignment };
}

function imageRule(
  { image }: LegacyColumns,
  { presence }: TextExpressions,
  added: ReadonlySet<string>,
): Rule | undefined {
  if (!image || image === 'image') return undefined;
  const column = quote(image);
  const value = presence(`new.${column}`);
  return {
    legacy: image,
    changed: `old.${column} is distinct from new.${column}`,
    onInsert: `new.image := coalesce(${added.has('image') ? `new.image, ${value}` : `${value}, new.image`});`,
    onUpdate: `new.image := ${value};`,
  };
}

function verifiedRule({ verified }: LegacyColumns): Rule | undefined {
  if (!verified || verified === 'is_email_verified') return undefined;
  const column = quote(verified);
  const verify = `
    new.email_verified := coalesce(new.email_verified, new.created_at, new.updated_at, now());
    new.is_email_verified := true;`;
  return {
    legacy: verified,
    changed: `coalesce(old.${column}, false) <> coalesce(new.${column}, false)`,
    onInsert: `if new.${column} then ${verify} end if;`,
    onUpdate: `
      if new.${column} then
        new.email_verified := coalesce(new.email_verified, now());
      else
        new.email_verified := null;
      end if;
      new.is_email_verified := new.email_verified is not null;`,
  };
}

/** Activating a user in the legacy application does not lift a ban given in Gatehouse. */
function activeRule({ active }: LegacyColumns): Rule | undefined {
  if (!active) return undefined;
  const column = quote(active);
  return {
    legacy: active,
    changed: `(old.${column} is false) <> (new.${column} is false)`,
    onInsert: `if new.${column} is false then ${BAN} end if;`,
    onUpdate: `
      if new.${column} is false then ${BAN}
      elsif new.ban_reason = '${DEACTIVATED}' then
        new.banned := false;
        new.ban_reason := null;
      end if;`,
  };
}
