// The front end of the browser tests: a page with the unmodified React client of Better Auth. The `api` parameter of the
// page's query is the server's address.
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { oauthPopupClient } from 'better-auth/client/plugins';
import { createAuthClient } from 'better-auth/react';

const query = new URLSearchParams(window.location.search);
const auth = createAuthClient({ baseURL: query.get('api'), plugins: [oauthPopupClient()] });

// Lets tests call the client in the page.
window.auth = auth;

const thisPage = () => `${window.location.origin}/?api=${encodeURIComponent(query.get('api'))}`;

const backToThisPage = () => ({
  callbackURL: thisPage(),
  errorCallbackURL: thisPage(),
  newUserCallbackURL: `${thisPage()}&new`,
});

function App() {
  const { data, isPending } = auth.useSession();
  const [message, setMessage] = useState('');

  const act = (what) => async (event) => {
    event.preventDefault();
    setMessage('…');
    const { error } = await what(Object.fromEntries(new FormData(event.target.form ?? event.target)));
    setMessage(error ? `${error.status} ${error.code ?? ''} ${error.message ?? ''}`.trim() : 'Done');
  };

  return (
    <main>
      <h1>A front end on another origin</h1>
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
          onClick={act(({ email }) => auth.requestPasswordReset({ email, redirectTo: thisPage() }))}
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
          onClick={act(({ provider }) => auth.signIn.social({ provider, ...backToThisPage() }))}
        >
          Sign in at the provider
        </button>
        <button type="button" onClick={act(({ provider }) => auth.signIn.popup({ provider }))}>
          Sign in in a popup
        </button>
        <button
          type="button"
          onClick={act(({ provider }) => auth.linkSocial({ provider, ...backToThisPage() }))}
        >
          Link the provider
        </button>
        <button type="button" onClick={act(() => auth.signOut({ callbackURL: thisPage() }))}>
          Sign out there too
        </button>
      </form>
      <p role="alert">{message}</p>
    </main>
  );
}

createRoot(document.querySelector('#app')).render(<App />);
