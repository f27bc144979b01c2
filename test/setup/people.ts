import { BrowserLikeClient, type Answer } from './browser-like-client.js';
import type { Gatehouse } from './gatehouse.js';

export interface Person {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

let count = 0;

/** A person whose e-mail no other test of the same file uses. */
export function aPerson(changes: Partial<Person> = {}): Person {
  count += 1;
  return { name: 'Ada', email: `ada${count}@example.com`, password: 'correct horse battery', ...changes };
}

export interface UserAnswer {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly image: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A user with a session. */
export interface Member extends Person {
  readonly id: string;
  /** Has the session cookie. */
  readonly client: BrowserLikeClient;
  /** The session token. */
  readonly token: string;
}

/** Signs a new person up over HTTP. */
export async function aMember(gatehouse: Gatehouse, changes: Partial<Person> = {}): Promise<Member> {
  const person = aPerson(changes);
  const client = new BrowserLikeClient(gatehouse.origin);
  const answer = await client.post('/api/auth/sign-up/email', person);
  return { ...person, client, ...memberOf(answer) };
}

/** Signs the person in with a new client, as on another device. */
export async function onAnotherDevice(
  gatehouse: Gatehouse,
  person: Person,
  body: Record<string, unknown> = {},
): Promise<Member> {
  const client = new BrowserLikeClient(gatehouse.origin);
  const { email, password } = person;
  const answer = await client.post('/api/auth/sign-in/email', { email, password, ...body });
  return { ...person, client, ...memberOf(answer) };
}

function memberOf(answer: Answer): { id: string; token: string } {
  if (answer.status !== 200) throw new Error(`Sign-in failed: ${answer.status} ${answer.text}`);
  const { token, user } = answer.json<{ token: string; user: UserAnswer }>();
  return { id: user.id, token };
}

/** A client without cookies that sends no `Origin` header, like a program that is not a browser. */
export const aStranger = (gatehouse: Gatehouse) => new BrowserLikeClient(gatehouse.origin, false);

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
