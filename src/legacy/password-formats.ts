const BASE64 = '[A-Za-z0-9+/]+';
const BCRYPT64 = '[./A-Za-z0-9]+';

/**
 * SQL: true for a hash that the server can verify at sign-in, null for a null hash. The first letters are compared before
 * any regular expression, and no repetition is counted, because a counted repetition costs 50 microseconds a row.
 */
export function isUsableHash(expression: string): string {
  const hash = `(${expression})::text`;
  const part = (position: number) => `length(split_part(${hash}, '$', ${position}))`;
  return `case
    when ${hash} like '$2%' then length(${hash}) = 60 and ${hash} ~ '^\\$2[aby]\\$\\d\\d\\$${BCRYPT64}$'
    when ${hash} like '$bcrypt-sha256$%' then ${part(4)} = 22 and ${part(5)} = 31 and ${hash} ~
      '^\\$bcrypt-sha256\\$(2[aby],\\d+|v=2,t=2[aby],r=\\d+)\\$${BCRYPT64}\\$${BCRYPT64}$'
    when ${hash} like '$argon2%' then
      ${hash} ~ '^\\$argon2(id|i)\\$(v=\\d+\\$)?m=\\d+,t=\\d+,p=\\d+\\$${BASE64}\\$${BASE64}$'
    when ${hash} like 'pbkdf2%' then ${hash} ~ '^pbkdf2_sha256\\$\\d+\\$[^$]+\\$${BASE64}=*$'
    when ${hash} like '$pbkdf2%' then ${hash} ~ '^\\$pbkdf2-sha256\\$\\d+\\$${BCRYPT64}\\$${BCRYPT64}$'
    else length(${hash}) = 161 and strpos(${hash}, ':') = 33 and ${hash} ~ '^[0-9a-f]+:[0-9a-f]+$'
  end`;
}

/** SQL: true if the hash is empty, or is marked so that no password matches it: "!…" in Django, "*" in passlib. */
export function isUnusableHash(expression: string): string {
  const hash = `(${expression})::text`;
  return `(${hash} is null or btrim(${hash}) = '' or left(${hash}, 1) in ('!', '*'))`;
}
