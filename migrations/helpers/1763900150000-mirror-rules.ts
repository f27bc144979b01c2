import { adoptedFacts, type Adoption } from './1763900000000-adoption.js';
import { TABLES, type ColumnDefinition } from './1763900000000-tables.js';

/** Pairs of columns that follow from each other. If one of them is mirrored, both are needed. */
const TOGETHER: Readonly<Record<string, readonly string[]>> = {
  users: ['email_verified', 'is_email_verified'],
  accounts: ['expires_at', 'access_token_expires_at'],
};

/** Columns that the rules below use and the table lacks. */
export function companionsOf(adoption: Adoption): ColumnDefinition[] {
  const { columns } = adoptedFacts(adoption);
  const needed =
    adoption.table === 'jwks' ? ['alg'] : mirrorsTogether(adoption) ? TOGETHER[adoption.table] : [];
  return (TABLES[adoption.table] ?? [])
    .filter(({ name }) => needed?.includes(name))
    .map((definition) => ({ ...definition, name: nameOf(adoption, definition.name) }))
    .filter(({ name }) => !columns.has(name));
}

/** Rules for columns that only the old application requires, and for our columns that follow from what it wrote. */
export function ownRules(adoption: Adoption): string[] {
  const { table, source, mirrored } = adoption;
  const named = (column: string) => nameOf(adoption, column);
  const rules = mirrorsTogether(adoption) ? [FOLLOWING[table]?.(named) ?? ''] : [];
  if (table === 'jwks' && mirrored.length > 0) rules.push(KEY_ALGORITHM);
  if (table === 'accounts' && source.columns.has('issuer')) rules.push(ISSUER);
  if (table === 'accounts' && source.columns.get('type')?.notNull) rules.push(TYPE);
  return rules;
}

function mirrorsTogether(adoption: Adoption): boolean {
  const names = TOGETHER[adoption.table]?.map((name) => nameOf(adoption, name));
  return adoption.mirrored.some(({ ours }) => names?.includes(ours.name));
}

function nameOf({ prefixed }: Adoption, column: string): string {
  return prefixed.get(column) ?? column;
}

/** Needed because the usual triggers start only if a statement names our columns, and here it names the legacy ones. */
const FOLLOWING: Readonly<Record<string, (named: (column: string) => string) => string>> = {
  users: (named) => {
    const [time, flag] = [named('email_verified'), named('is_email_verified')];
    return `
        -- The backfill chooses the time itself.
        if tg_op = 'UPDATE' and current_setting('gatehouse.dual_write', true) is distinct from 'on' then
          if new.${time} is distinct from old.${time} then
            new.${flag} := new.${time} is not null;
          elsif new.${flag} is distinct from old.${flag} then
            new.${time} := case when new.${flag} then now() end;
          end if;
        end if;`;
  },
  accounts: () => `
        if tg_op = 'UPDATE' then
          if new.access_token_expires_at is distinct from old.access_token_expires_at then
            new.expires_at := case when isfinite(new.access_token_expires_at)
                                   then floor(extract(epoch from new.access_token_expires_at)) end;
          elsif new.expires_at is distinct from old.expires_at then
            new.access_token_expires_at := to_timestamp(new.expires_at);
          end if;
        end if;`,
};

/** Better Auth stores `alg` only since 1.7. The public key determines it (RFC 7517 §4, RFC 8037 §2). */
const KEY_ALGORITHM = `
        new.alg := coalesce(new.alg, case (new.public_key::json ->> 'crv')
          when 'Ed25519' then 'EdDSA' when 'P-256' then 'ES256' when 'P-521' then 'ES512' end);`;

/** Better Auth 1.7.0 to 1.7.2. For other providers copies the issuer of another account and never guesses one. */
const ISSUER = `
        new.issuer := coalesce(new.issuer, case when new.provider_id = 'credential' then 'local:credential' else (
          select issuer from {accounts} where provider_id = new.provider_id and issuer is not null limit 1) end);`;

/** Column `type` of Auth.js. */
const TYPE = `
        new.type := coalesce(new.type, case when new.provider_id = 'credential' then 'credentials' else 'oauth' end);`;
