// The front end of the browser tests: a page with the stock React client of Better Auth and nothing of our own. The
// server's address is in the page's query.
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { createAuthClient } from 'better-auth/react';

const query = new URLSearchParams(window.location.search);
const auth = createAuthClient({ baseURL: query.get('api') });

// Tests call the client as a page's own script does.
window.auth = auth;

const here = () => `${window.location.origin}/?api=${encodeURIComponent(query.get('api'))}`;

const thereAndBack = () => ({
  callbackURL: here(),
  errorCallbackURL: here(),
  newUserCallbackURL: `${here()}&new`,
});

function App() {
  const { data, isPending } = auth.useSession();
  const [said, setSaid] = useState('');

  const act = (what) => async (event) => {
    event.preventDefault();
    setSaid('…');
    const { error } = await what(Object.fromEntries(new FormData(event.target.form ?? event.target)));
    setSaid(error ? `${error.status} ${error.code ?? ''} ${error.message ?? ''}`.trim() : 'Done');
  };

  return (
    <main>
      <h1>A front end elsewhere</h1>
      <p id="session">
        {isPending ? 'Loading' : data ? `${data.user.name} <${data.user.email}>` : 'Nobody is signed in'}
      </p>
      <form onSubmit={act((fields) => auth.signIn.email(fields))}>
        <input name="name" placeholder="Name" />
        <input name="email" placeholder="E-mail" />
        <input name="password" type="password" placeholder="Password" />
        <button type="submit">Sign in</button>
        <button type="button" onClick={act((fields) => auth.signUp.email(fields))}>
          Sign up
        </button>
        <button type="button" onClick={act(({ name }) => auth.updateUser({ name }))}>
          Rename
        </button>
        <button
          type="button"
          onClick={act(({ email }) => auth.requestPasswordReset({ email, redirectTo: here() }))}
        >
          Forgot password
        </button>
        <button
          type="button"
          onClick={act(({ password }) =>
            auth.resetPassword({ newPassword: password, token: query.get('token') }),
          )}
        >
          Reset password
        </button>
        <button type="button" onClick={act(() => auth.signOut())}>
          Sign out
        </button>
        <input name="provider" placeholder="Provider" />
        <button
          type="button"
          onClick={act(({ provider }) => auth.signIn.social({ provider, ...thereAndBack() }))}
        >
          Sign in at the provider
        </button>
        <button
          type="button"
          onClick={act(({ provider }) => auth.linkSocial({ provider, ...thereAndBack() }))}
        >
          Link the provider
        </button>
        <button type="button" onClick={act(() => auth.signOut({ callbackURL: here() }))}>
          Sign out there too
        </button>
      </form>
      <p role="alert">{said}</p>
    </main>
  );
}

createRoot(document.querySelector('#app')).render(<App />);
