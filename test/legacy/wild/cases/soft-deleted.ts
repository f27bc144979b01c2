import { plainTable } from '../plain-table.js';
import { CROWD, signsIn, type Member } from '../people.js';
import { sql } from '../sql.js';
import type { WildCase } from '../wild-case.js';

const isDeleted = ({ number }: Member) => number >= 19;

/** Of 20, who was deleted, Alan Turing has registered the address again. */
const softDeleted = (about: string, again: boolean): WildCase =>
  plainTable(about, {
    email: ['email', 'varchar(255) not null'],
    columns: ['name varchar(255)', 'deleted_at timestamptz', 'created_at timestamptz not null default now()'],
    row: (member) => ({
      name: member.first,
      email: again && member.number === 20 ? 'alan.turing@example.com' : member.email,
      deleted_at: isDeleted(member) ? sql('now()') : null,
    }),
    after: 'create unique index users_email_live on users (email) where deleted_at is null;',
    people: CROWD.filter(({ number }) => number < 20 || !again).map((member) =>
      signsIn(member, isDeleted(member) ? { refused: 'INVALID_EMAIL_OR_PASSWORD', note: 'deleted' } : {}),
    ),
    writes: [
      {
        what: 'registers the address of a deleted user again',
        sql: `insert into users (email, name) values ('mary.shelley@example.com', 'again')`,
      },
    ],
  });

export const SOFT_DELETED = softDeleted('soft-deleted users', false);
export const SOFT_DELETED_AGAIN = softDeleted('soft-deleted users, one registered again', true);
