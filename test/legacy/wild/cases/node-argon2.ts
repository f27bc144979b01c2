import { npmArgon2 } from '../hashes.js';
import { CROWD, signsIn } from '../people.js';
import { insert } from '../sql.js';
import type { WildCase } from '../wild-case.js';

const rows = await Promise.all(
  CROWD.map(async ({ email, password }) => ({ email, password: await npmArgon2(password) })),
);

export const NODE_ARGON2: WildCase = {
  about: 'hashes of the npm package argon2',
  schema: `create table users (id bigserial primary key, email text not null unique, password text not null);
           ${insert('users', rows)}`,
  people: CROWD.map((member) => signsIn(member)),
};
