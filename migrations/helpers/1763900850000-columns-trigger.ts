import type { QueryRunner } from 'typeorm';
import { needTable, quote, type TableFacts } from './1763900000000-catalogue.js';
import { readChoices } from './1763900000000-choices.js';
import { LOCKED, readLegacyRules, type LegacyRules } from './1763900000000-legacy-rules.js';
import { readUnit } from './1763900000000-mirror-values.js';
import { addedColumns } from './1763900000000-undo-journal.js';
import { readUserColumns, type UserColumns } from './1763900000000-user-columns.js';
import { writeBanBack } from './1763900850000-ban-write-back.js';
import { keepOriginal, NOTE_FAILURE, type DualWrite } from './1763900850000-dual-write.js';

/** Says how one of our columns follows the legacy columns. */
interface Rule {
  /** SQL: true if an update changed what the legacy columns say. */
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

/**
 * Copies what the legacy columns say to ours: everything for a new row, later only what changes, so that an unrelated
 * write does not overwrite newer values of ours. A ban goes both ways. Undefined if the table has no such columns.
 */
export async function columnsTrigger(queryRunner: QueryRunner): Promise<DualWrite | undefined> {
  const rules = await readLegacyRules(queryRunner);
  const users = await needTable(queryRunner, 'users');
  const named = await readUserColumns(queryRunner);
  const added = await addedColumns(queryRunner, 'users');
  const text = [nameRule(rules, users, named), imageRule(rules, named, added), verifiedRule(rules, named)];
  const copied = text.filter((rule) => rule !== undefined);
  const ban = rules.bars ? banRule(rules, named) : undefined;
  const choices = await readChoices(queryRunner);
  const units = new Map<string, 'ms' | 's'>();
  for (const { purpose, name } of rules.columns) {
    const column = users.columns.get(name);
    if (purpose === 'disabled_until' && column) units.set(name, await readUnit(queryRunner, 'users', column));
  }
  const all = [...copied, ...(ban ? [ban] : [])];
  if (all.length === 0) return undefined;
  const read = rules.columns.filter(({ purpose }) => !purpose.startsWith('password')).map(({ name }) => name);
  const written = ban ? [named('banned'), named('ban_expires')] : [];
  const changedHere = written.map((name) => `old.${quote(name)} is distinct from new.${quote(name)}`);
  // If an insert sets our own name column, no legacy application made it, and the legacy columns only have defaults.
  const ours = added.has(named('name')) ? `new.${quote(named('name'))} is null` : 'true';
  const [created, updated] = [quote(named('created_at')), quote(named('updated_at'))];
  return {
    name: 'users_columns',
    table: 'users',
    lockTimeout: 500,
    triggers: [
      { events: 'before insert', when: ours },
      {
        events: `before update of ${[...new Set([...read, ...written])].map(quote).join(', ')}`,
        when: `(${[...all.map(({ changed }) => changed), ...changedHere].join(' or ')})`,
      },
    ],
    declarations: 'written record := new;',
    body: `
        if tg_op = 'INSERT' then
          new.${created} := coalesce(new.${created}, new.${updated}, now());
          new.${updated} := coalesce(new.${updated}, new.${created});
          ${all.map(({ onInsert }) => onInsert).join('\n')}
        else
          ${ban ? `if ${ban.changed} then ${ban.onUpdate} elsif ${changedHere.join(' or ')} then ${writeBanBack(rules, { named, choices, units })} end if;` : ''}
          if (select mode from gatehouse.switch_over) <> 'gatehouse' then
            ${copied.map(({ changed, onUpdate }) => `if ${changed} then ${onUpdate} end if;`).join('\n') || 'null;'}
          end if;
        end if;
        ${keepWritten(OURS.map(named).filter((column) => !added.has(column)))}`,
    onFailure: `
        ${NOTE_FAILURE}
        new := written;`,
  };
}

/** Saves what the legacy application wrote to columns that existed before, so that `down` restores it. */
function keepWritten(columns: readonly string[]): string {
  if (columns.length === 0) return '';
  const differs = (column: string) => `written.${quote(column)} is distinct from new.${quote(column)}`;
  const changes = (side: string) =>
    `jsonb_strip_nulls(jsonb_build_object(${columns
      .map(
        (column) =>
          `'${column}', case when ${differs(column)} then jsonb_build_array(${side}.${quote(column)}) end`,
      )
      .join(', ')}))`;
  return `if ${columns.map(differs).join(' or ')} then ${keepOriginal(changes('written'), changes('new'))} end if;`;
}

function nameRule(rules: LegacyRules, users: TableFacts, named: UserColumns): Rule | undefined {
  const { name, text } = rules;
  if (!name) return undefined;
  const limit = users.columns.get(named('name'))?.maxLength ?? null;
  const local = `coalesce(nullif(split_part(${text.normalised('new.email')}, '@', 1), ''), ${text.presence('new.email')}, new.id::text)`;
  const value = `coalesce(${name('new')}, ${local})`;
  const assignment = `new.${quote(named('name'))} := ${limit ? `left(${value}, ${limit})` : value};`;
  const changed = `(${name('old')}) is distinct from (${name('new')})`;
  return { changed, onInsert: assignment, onUpdate: assignment };
}

function imageRule(rules: LegacyRules, named: UserColumns, added: ReadonlySet<string>): Rule | undefined {
  const { image } = rules;
  const ours = named('image');
  if (!image || rules.columns.some(({ purpose, name }) => purpose === 'image' && name === ours))
    return undefined;
  const [column, value] = [`new.${quote(ours)}`, image('new')];
  return {
    changed: `(${image('old')}) is distinct from (${value})`,
    onInsert: `${column} := coalesce(${added.has(ours) ? `${column}, ${value}` : `${value}, ${column}`});`,
    onUpdate: `${column} := ${value};`,
  };
}

function verifiedRule({ verified, verifiedAt }: LegacyRules, named: UserColumns): Rule | undefined {
  if (!verified || !verifiedAt) return undefined;
  const [time, flag] = [`new.${quote(named('email_verified'))}`, `new.${quote(named('is_email_verified'))}`];
  const times = [named('created_at'), named('updated_at')].map((name) => `new.${quote(name)}`).join(', ');
  return {
    changed: `(${verified('old')}) <> (${verified('new')}) or (${verifiedAt('old')}) is distinct from (${verifiedAt('new')})`,
    onInsert: `if ${verified('new')} then
        ${time} := coalesce(${time}, ${verifiedAt('new')}, ${times}, now());
        ${flag} := true;
      end if;`,
    onUpdate: `
      if ${verified('new')} then
        ${time} := coalesce(${verifiedAt('new')}, ${time}, now());
      else
        ${time} := null;
      end if;
      ${flag} := ${time} is not null;`,
  };
}

/** Letting a user in again in the legacy application does not lift a ban given in Gatehouse. */
function banRule({ reason, until }: LegacyRules, named: UserColumns): Rule {
  const [banned, why, expires] = ['banned', 'ban_reason', 'ban_expires'].map(
    (name) => `new.${quote(named(name))}`,
  );
  const isBarred = `((${reason('new')}) is not null or coalesce(${until('new')} > now(), false))`;
  const ban = `
    if not coalesce(${banned}, false) or coalesce(${expires} <= now(), false) or tg_op = 'UPDATE' and ${givenThere('old')} then
      ${why} := coalesce(${reason('new')}, '${LOCKED}');
      ${expires} := case when (${reason('new')}) is null and isfinite(${until('new')}) then ${until('new')} end;
    elsif ${expires} is not null then
      -- The ban was given here. It keeps its reason, and it never ends earlier.
      ${expires} := case when (${reason('new')}) is null and isfinite(${until('new')})
        then greatest(${expires}, ${until('new')}) end;
    end if;
    ${banned} := true;`;
  function givenThere(row: string): string {
    return `coalesce(${why} = coalesce(${reason(row)}, case when (${until(row)}) is not null then '${LOCKED}' end), false)`;
  }
  return {
    changed: `((${reason('old')}) is distinct from (${reason('new')}) or (${until('old')}) is distinct from (${until('new')}))`,
    onInsert: `if ${isBarred} then ${ban} end if;`,
    onUpdate: `
      if ${isBarred} then ${ban}
      elsif ${givenThere('old')} then
        ${banned} := false;
        ${why} := null;
        ${expires} := null;
      end if;`,
  };
}
