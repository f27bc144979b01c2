import { createAuthClient } from 'better-auth/client';

/** The result of one call of the client, or the content of its store. */
export interface Outcome {
  readonly step: string;
  readonly value: unknown;
}

interface Result {
  readonly data: unknown;
  readonly error: unknown;
}

const ADA = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' };

/** Calls the unmodified client like a front end does, and returns the result of each step. */
export async function runScript(origin: string): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const [laptop, phone] = [createStockClient(origin), createStockClient(origin)];
  const call = async <T extends Result>(step: string, answer: Promise<T>): Promise<T['data']> => {
    const { data, error } = await answer;
    outcomes.push({ step, value: { data, error } });
    return data;
  };

  await call('no session yet', laptop.getSession());
  await call('guarded without session', laptop.listSessions());
  await call('sign up', laptop.signUp.email(ADA));
  await call('sign up again', createStockClient(origin).signUp.email(ADA));
  await call('sign up too short', createStockClient(origin).signUp.email({ ...ADA, password: 'short' }));
  await call('sign up, no e-mail', createStockClient(origin).signUp.email({ ...ADA, email: 'ada' }));
  await call('session', laptop.getSession());
  await call('wrong password', phone.signIn.email({ email: ADA.email, password: 'wrong password' }));
  await call('unknown user', phone.signIn.email({ email: 'nobody@example.com', password: 'wrong password' }));
  await call('sign in', phone.signIn.email({ email: 'ADA@example.com', password: ADA.password }));
  outcomes.push({ step: 'store', value: await storeOf(phone) });

  await call('update', laptop.updateUser({ name: 'Ada King', image: 'https://example.com/ada.png' }));
  await call('update nothing', laptop.updateUser({}));
  await call('updated session', phone.getSession());
  await call('accounts', laptop.listAccounts());

  const sessions = await call('sessions', laptop.listSessions());
  const own = (await phone.getSession()).data?.session.token;
  const other = sessions?.find(({ token }) => token !== own)?.token ?? '';
  await call('revoke one', phone.revokeSession({ token: other }));
  await call('revoked', laptop.getSession());
  await call('one left', phone.listSessions());

  await call('sign in again', laptop.signIn.email({ ...ADA, rememberMe: false }));
  await call('revoke others', laptop.revokeOtherSessions());
  await call('others revoked', phone.getSession());
  await call('still there', laptop.getSession());
  await call('sign out', laptop.signOut());
  await call('signed out', laptop.getSession());
  await call('guarded after sign-out', laptop.listAccounts());

  await call('sign in to revoke all', laptop.signIn.email(ADA));
  await call('revoke all', laptop.revokeSessions());
  await call('all revoked', laptop.getSession());
  outcomes.push({ step: 'empty store', value: await storeOf(laptop) });
  return outcomes;
}

/** A client that stores cookies and sends `Origin` like a browser, because Node's `fetch` does neither. */
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

/** Returns the value of `useSession` after loading. The store loads only if there is a `window`. */
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
