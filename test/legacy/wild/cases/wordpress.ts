import { bcrypt, phpass, wordpress } from '../hashes.js';
import { CROWD, fullName, signsIn, type Member } from '../people.js';
import { insert } from '../sql.js';
import type { WildCase } from '../wild-case.js';

const FORMATS = [
  ['$P$', (password: string) => phpass(password)],
  ['$wp$', wordpress],
  ['$H$', (password: string) => phpass(password, '$H$')],
  ['$2y$', (password: string) => bcrypt(password, 'y')],
] as const;
const formatOf = ({ number }: Member) => FORMATS[number % FORMATS.length] ?? FORMATS[0];

/** WordPress on PostgreSQL through PG4WP. */
export const WORDPRESS: WildCase = {
  about: 'WordPress wp_users',
  settings: {
    LEGACY_USERS_TABLE: 'wp_users',
    LEGACY_ID_COLUMN: 'ID',
    LEGACY_EMAIL_COLUMN: 'user_email',
    LEGACY_PASSWORD_COLUMN: 'user_pass',
    LEGACY_NAME_COLUMN: 'display_name',
    LEGACY_CREATED_AT_COLUMN: 'user_registered',
  },
  schema: `
create sequence wp_users_seq;
create table wp_users (
  "ID" bigint not null default nextval('wp_users_seq') primary key, user_login varchar(60) not null default '',
  user_pass varchar(255) not null default '', user_nicename varchar(50) not null default '',
  user_email varchar(100) not null default '', user_url varchar(100) not null default '',
  user_registered timestamp not null default now(), user_activation_key varchar(255) not null default '',
  user_status integer not null default 0, display_name varchar(250) not null default ''
);
create index wp_users_user_login_key on wp_users (user_login);
create index wp_users_user_email on wp_users (user_email);
create table wp_usermeta (
  umeta_id bigserial primary key, user_id bigint not null default 0, meta_key varchar(255), meta_value text
);
${insert(
  'wp_users',
  CROWD.map((member) => ({
    user_login: `user${member.number}`,
    user_pass: formatOf(member)[1](member.password),
    user_nicename: `user${member.number}`,
    user_email: member.email,
    user_registered: '2019-01-01 00:00:00',
    display_name: fullName(member),
  })),
)}`,
  people: CROWD.map((member) =>
    signsIn(member, {
      note: formatOf(member)[0],
      user: { id: String(member.number), name: fullName(member), createdAt: '2019-01-01T00:00:00.000Z' },
    }),
  ),
  writes: [
    {
      what: 'registers a user',
      sql: `insert into wp_users (user_pass, user_nicename, user_email, user_url, user_registered, user_activation_key, display_name, user_login)
            values ('$P$Bxx', 'n', 'n@example.com', '', '2024-01-01 00:00:00', '', 'N', 'n') returning "ID"`,
    },
  ],
};
