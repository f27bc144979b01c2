import { createAuthClient } from 'better-auth/client';

/** What one call of the client gave, or what its store held. */
export interface Outcome {
  readonly step: string;
  readonly value: unknown;
}

interface Result {
  readonly data: unknown;
  readonly error: unknown;
}

const ADA = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' };

/** A front end's life with the stock client, told step by step. */
export async function runScript(origin: string): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const [laptop, phone] = [createStockClient(origin), createStockClient(origin)];
  const say = async <T extends Result>(step: string, call: Promise<T>): Promise<T['data']> => {
    const { data, error } = await call;
    outcomes.push({ step, value: { data, error } });
    return data;
  };

  await say('no session yet', laptop.getSession());
  await say('guarded without session', laptop.listSessions());
  await say('sign up', laptop.signUp.email(ADA));
  await say('sign up again', createStockClient(origin).signUp.email(ADA));
  await say('sign up too short', createStockClient(origin).signUp.email({ ...ADA, password: 'short' }));
  await say('sign up, no e-mail', createStockClient(origin).signUp.email({ ...ADA, email: 'ada' }));
  await say('session', laptop.getSession());
  await say('wrong password', phone.signIn.email({ email: ADA.email, password: 'wrong password' }));
  await say('unknown user', phone.signIn.email({ email: 'nobody@example.com', password: 'wrong password' }));
  await say('sign in', phone.signIn.email({ email: 'ADA@example.com', password: ADA.password }));
  outcomes.push({ step: 'store', value: await storeOf(phone) });

  await say('update', laptop.updateUser({ name: 'Ada King', image: 'https://example.com/ada.png' }));
  await say('update nothing', laptop.updateUser({}));
  await say('updated session', phone.getSession());
  await say('accounts', laptop.listAccounts());

  const sessions = await say('sessions', laptop.listSessions());
  const own = (await phone.getSession()).data?.session.token;
  const other = sessions?.find(({ token }) => token !== own)?.token ?? '';
  await say('revoke one', phone.revokeSession({ token: other }));
  await say('revoked', laptop.getSession());
  await say('one left', phone.listSessions());

  await say('sign in again', laptop.signIn.email({ ...ADA, rememberMe: false }));
  await say('revoke others', laptop.revokeOtherSessions());
  await say('others revoked', phone.getSession());
  await say('still there', laptop.getSession());
  await say('sign out', laptop.signOut());
  await say('signed out', laptop.getSession());
  await say('guarded after sign-out', laptop.listAccounts());

  await say('sign in to revoke all', laptop.signIn.email(ADA));
  await say('revoke all', laptop.revokeSessions());
  await say('all revoked', laptop.getSession());
  outcomes.push({ step: 'empty store', value: await storeOf(laptop) });
  return outcomes;
}

/** The client as a page has it: Node's `fetch` keeps no cookies and sends no `Origin`. */
export function createStockClient(origin: string) {
  const cookies = new Map<string, string>();
  return createAuthClient({
    baseURL: origin,
    fetchOptions: {
      customFetchImpl: async (input, init) => {
        const headers = new Headers(init?.headers);
        headers.set('origin', origin);
        const pairs = [...cookies].map(([name, value]) => `${name}=${value}`);
        if (pairs.length > 0) headers.set('cookie', pairs.join('; '));
        const answer = await fetch(input, { ...init, headers });
        for (const line of answer.headers.getSetCookie()) keep(cookies, line);
        return answer;
      },
    },
  });
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = ''] = line.split('; ');
  const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
  if (line.includes('; Max-Age=0;')) cookies.delete(name);
  else cookies.set(name, value);
}

/** What `useSession` would give a component once it has loaded. Without a `window` the store never loads. */
async function storeOf(client: ReturnType<typeof createStockClient>): Promise<unknown> {
  Reflect.set(globalThis, 'window', {});
  const state = await new Promise<unknown>((resolve) => {
    const stop = client.useSession.subscribe(({ data, error, isPending }) => {
      if (isPending) return;
      resolve({ data, error });
      queueMicrotask(() => stop());
    });
  });
  Reflect.deleteProperty(globalThis, 'window');
  return state;
}
