import type { Person } from './wild-case.js';

export interface Member {
  /** From 1 to 20. */
  readonly number: number;
  readonly first: string;
  readonly last: string;
  readonly email: string;
  readonly password: string;
}

const NAMES = [
  'Ada Lovelace',
  'Grace Hopper',
  'Alan Turing',
  'Edsger Dijkstra',
  'Barbara Liskov',
  'Donald Knuth',
  'Frances Allen',
  'John McCarthy',
  'Margaret Hamilton',
  'Dennis Ritchie',
  'Ken Thompson',
  'Radia Perlman',
  'Leslie Lamport',
  'Tony Hoare',
  'Katherine Johnson',
  'Linus Torvalds',
  'Hedy Lamarr',
  'Claude Shannon',
  'Mary Shelley',
  'Niklaus Wirth',
];

/** The twenty users of every database. */
export const CROWD: readonly Member[] = NAMES.map((name, index) => {
  const [first = '', last = ''] = name.split(' ');
  return {
    number: index + 1,
    first,
    last,
    email: `${first}.${last}@example.com`.toLowerCase(),
    password: `Secret-${index + 1} horse`,
  };
});

export const fullName = ({ first, last }: Member): string => `${first} ${last}`;

/** The name that a user without one gets: the part of the e-mail before the "@". */
export const nameFromEmail = ({ email }: Member): string => email.slice(0, email.indexOf('@'));

/** A member who signs in. */
export const signsIn = ({ email, password }: Member, rest: Partial<Person> = {}): Person => ({
  email,
  password,
  ...rest,
});

/** The id of a member in tables with UUIDs. */
export const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
