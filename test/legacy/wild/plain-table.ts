import { bcrypt } from './hashes.js';
import { CROWD, signsIn, type Member } from './people.js';
import { insert, type Value } from './sql.js';
import type { WildCase } from './wild-case.js';

interface PlainTable extends Omit<WildCase, 'schema' | 'people' | 'about'> {
  readonly table?: string;
  /** Column and its definition. */
  readonly email?: readonly [name: string, definition: string];
  readonly password?: readonly [name: string, definition: string];
  /** Definitions of further columns. */
  readonly columns?: readonly string[];
  /** Values of further columns, or other values of the e-mail column. */
  readonly row?: (member: Member) => Readonly<Record<string, Value>>;
  readonly before?: string;
  readonly after?: string;
  readonly people?: WildCase['people'];
}

/** A simple table of users, for cases that are about one oddity. */
export function plainTable(about: string, table: PlainTable): WildCase {
  const {
    table: name = 'users',
    email: [email, emailType] = ['email', 'varchar(255) not null unique'],
    password: [password, passwordType] = ['password_hash', 'varchar(255)'],
    columns = [],
    row = () => ({}),
    before = '',
    after = '',
    people = CROWD.map((member) => signsIn(member)),
    ...rest
  } = table;
  const definitions = [
    'id bigserial primary key',
    `${email} ${emailType}`,
    `${password} ${passwordType}`,
    ...columns,
  ];
  const rows = CROWD.map((member) => ({
    [email]: member.email,
    [password]: bcrypt(member.password),
    ...row(member),
  }));
  return {
    about,
    schema: `${before}\ncreate table ${name} (${definitions.join(', ')});\n${insert(name, rows)}${after}`,
    people,
    ...rest,
  };
}
