// The front end of these tests: the screens of better-auth-ui with the unmodified React client of Better Auth. The first
// address that a tab opens has the parameter `api`, the server's address.
import { useState, useSyncExternalStore } from 'react';
import { createRoot } from 'react-dom/client';
import { apiKeyClient } from '@better-auth/api-key/client';
import { passkeyClient } from '@better-auth/passkey/client';
import {
  AccountView,
  AuthUIProvider,
  AuthView,
  OrganizationSwitcher,
  OrganizationView,
  SignedIn,
  SignedOut,
  UserButton,
  useAuthData,
} from '@daveyplate/better-auth-ui';
import {
  emailOTPClient,
  magicLinkClient,
  organizationClient,
  twoFactorClient,
  usernameClient,
} from 'better-auth/client/plugins';
import { createAuthClient } from 'better-auth/react';
import { Toaster } from 'sonner';

const api = new URLSearchParams(window.location.search).get('api');
if (api) sessionStorage.setItem('api', api);

const auth = createAuthClient({
  baseURL: sessionStorage.getItem('api'),
  plugins: [
    apiKeyClient(),
    emailOTPClient(),
    magicLinkClient(),
    organizationClient(),
    passkeyClient(),
    twoFactorClient({
      // The screen for mailed codes does not know the second factor.
      onTwoFactorRedirect() {
        if (window.location.pathname === '/auth/email-otp') window.location.assign('/auth/two-factor');
      },
    }),
    usernameClient(),
  ],
});

const moves = new EventTarget();
window.addEventListener('popstate', () => moves.dispatchEvent(new Event('move')));

function subscribeToMoves(listener) {
  moves.addEventListener('move', listener);
  return () => moves.removeEventListener('move', listener);
}

function moveBy(method) {
  return (address) => {
    window.history[method](null, '', address);
    moves.dispatchEvent(new Event('move'));
  };
}

const navigate = moveBy('pushState');
const replace = moveBy('replaceState');

function Link({ href, children, className }) {
  const follow = (event) => {
    event.preventDefault();
    navigate(href);
  };
  return (
    <a href={href} className={className} onClick={follow}>
      {children}
    </a>
  );
}

function Screen({ address }) {
  const { pathname, searchParams } = new URL(address);
  const [area, path] = pathname.split('/').slice(1);
  // A mailed link leads here if the server asks for the second factor.
  if (searchParams.has('twoFactorRedirect')) return <AuthView path="two-factor" />;
  if (area === 'auth') return <AuthView key={address} path={path} />;
  if (area === 'account') return <AccountView path={path} />;
  if (area === 'organization') return <OrganizationView path={path} />;
  return <Home />;
}

function Home() {
  const { data } = auth.useSession();
  return (
    <>
      <SignedOut>Nobody is signed in</SignedOut>
      <SignedIn>
        <p>{`${data?.user.name} <${data?.user.email}> is signed in`}</p>
      </SignedIn>
    </>
  );
}

// The card of the providers sends `accountId` where Better Auth 1.7 reads the account's own id.
const hooks = {
  useListAccounts: () =>
    useAuthData({
      cacheKey: 'listAccounts',
      async queryFn() {
        const { data, error } = await auth.listAccounts();
        return { data: data?.map((account) => ({ ...account, accountId: account.id })), error };
      },
    }),
};

function App() {
  const address = useSyncExternalStore(subscribeToMoves, () => window.location.href);
  // A picture lies in a store of its own, as in production. The server stores its address.
  const [avatar] = useState(() => ({
    upload: async ({ name }) => `${window.location.origin}/pictures/${name}`,
  }));
  return (
    <AuthUIProvider
      authClient={auth}
      baseURL={window.location.origin}
      navigate={navigate}
      replace={replace}
      Link={Link}
      hooks={hooks}
      account={{ fields: ['image', 'name'] }}
      avatar={avatar}
      credentials={{ username: true, rememberMe: true, confirmPassword: true }}
      signUp={{ fields: ['name'] }}
      apiKey
      deleteUser={{ verification: false }}
      emailOTP
      magicLink
      organization
      passkey
      social={{ providers: ['gitlab'] }}
      twoFactor={['otp', 'totp']}
    >
      <header className="flex items-center justify-between gap-4 border-b p-4">
        <SignedIn>
          <OrganizationSwitcher />
        </SignedIn>
        <UserButton />
      </header>
      <main className="mx-auto flex max-w-5xl justify-center p-8">
        <Screen address={address} />
      </main>
      <Toaster richColors />
    </AuthUIProvider>
  );
}

createRoot(document.querySelector('#app')).render(<App />);
