import { setTimeout as sleep } from 'node:timers/promises';
import { callback, throughProvider } from '../../provider-steps.js';
import { call, get, post, rows, saving, scenario, signedIn, type Scenario, type Step } from '../../steps.js';
import { ADDRESS, signMessage } from '../../wallet.mjs';
import { left } from '../social.js';
import { ADA } from '../values.js';

/** The same step, in whose answer the observer would not find these random parts. */
const shownAs = (step: Step, random: RegExp, name: string): Step => ({
  ...step,
  async run(side) {
    const answer = await step.run(side);
    if (!answer) return answer;
    const shown = (text: string) => text.replace(random, name);
    const headers = answer.headers.map(([header, value]) => [header, shown(value)] as const);
    return { ...answer, headers, text: shown(answer.text) };
  },
});

interface Message {
  readonly domain?: string;
  readonly chain?: number;
  /** Defaults to the nonce that an earlier step saved. */
  readonly nonce?: string;
  readonly lines?: readonly string[];
}

/** Signs a message of ERC-4361 as a wallet does. Saves the message, with line breaks as in JSON, and its signature. */
const signs = ({ domain = 'example.com', chain = 1, nonce, lines = [] }: Message = {}): Step => ({
  label: `sign a message for ${domain} and chain ${chain} ${lines.join(' ')}`,
  async run(side) {
    await sleep(0);
    const message = [
      `${domain} wants you to sign in with your Ethereum account:`,
      ADDRESS,
      '',
      'Sign in',
      '',
      `URI: ${side.origin}`,
      'Version: 1',
      `Chain ID: ${chain}`,
      `Nonce: ${nonce ?? side.saved.get('nonce')}`,
      `Issued At: ${new Date().toISOString()}`,
      ...lines,
    ].join('\n');
    side.saved.set('message', message.replaceAll('\n', String.raw`\n`));
    side.saved.set('signature', signMessage(message));
    return undefined;
  },
});

const nonce = post('/siwe/nonce', {}, { save: { nonce: 'nonce' } });
const verify = (body: object = {}) =>
  post('/siwe/verify', { message: '{message}', signature: '{signature}', ...body });
const wallets = rows(
  `select u.name, u.email, u.email_verified, w.address, w.chain_id, w.is_primary, a.provider_id, a.provider_user_id,
          (select count(*)::int from sessions) as sessions
     from users u join wallet_addresses w on w.user_id = u.id join accounts a on a.user_id = u.id order by 5, 8`,
);

export const wallet: readonly Scenario[] = [
  scenario(
    'somebody signs in with a wallet, and with another chain',
    nonce,
    signs(),
    verify(),
    get('/get-session'),
    wallets,
    verify(),
    nonce,
    signs({ chain: 137 }),
    verify(),
    wallets,
    get('/list-accounts'),
    post('/sign-out', {}),
    get('/get-session'),
  ),
  scenario(
    'messages that the server refuses',
    nonce,
    signs({ domain: 'attacker.example' }),
    verify(),
    nonce,
    signs({ lines: ['Expiration Time: 2020-01-01T00:00:00Z'] }),
    verify(),
    nonce,
    signs({ lines: ['Not Before: 2099-01-01T00:00:00Z'] }),
    verify(),
    nonce,
    signs(),
    verify({ signature: `0x${'11'.repeat(65)}` }),
    signs({ nonce: 'NeverGivenOut1' }),
    verify(),
    verify({ message: 'no message' }),
    verify({ message: '' }),
    verify({ email: 'no e-mail' }),
    post('/siwe/nonce', { walletAddress: ADDRESS }),
    post('/siwe/verify', {}),
    wallets,
  ),
];

const popup = (query: string) => get(`/oauth-popup/start?popupOrigin={origin}&popupNonce=n1${query}`);
const startPopup = (person: string) =>
  saving(
    popup(`&provider=acme&callbackURL=/in&additionalData=${encodeURIComponent(JSON.stringify({ person }))}`),
    {
      url: /(http\S+\/auth\?\S+)/,
    },
  );

export const popups: readonly Scenario[] = [
  scenario(
    'the page of a popup gets the token, and the session works',
    startPopup('verified'),
    throughProvider(),
    callback(),
    get('/get-session'),
    left,
  ),
  scenario(
    'the page of a popup gets the error',
    startPopup('verified'),
    call('GET', '/api/auth/callback/acme?error=access_denied&error_description=No', undefined),
    call('GET', '/api/auth/callback/acme?error=access_denied&state=unknown', undefined),
    popup('&provider=unknown'),
    popup('&provider=acme&callbackURL=https://attacker.example/in'),
    popup('&provider=acme&errorCallbackURL=https://attacker.example/in'),
    get('/oauth-popup/start?popupOrigin=https://attacker.example&provider=acme'),
    get('/oauth-popup/start'),
    left,
  ),
];

export const oneTaps: readonly Scenario[] = [
  scenario(
    'an ID token that Google has not signed',
    post('/one-tap/callback', {}),
    post('/one-tap/callback', { idToken: '' }),
    post('/one-tap/callback', { idToken: 'a.b.c' }),
    post('/one-tap/callback', { idToken: 'a.b.c', callbackURL: 'https://attacker.example' }),
  ),
];

const device = (origin: string | undefined, more: Record<string, string> = {}) => ({
  headers: { origin: undefined, ...(origin === undefined ? {} : { 'expo-origin': origin }), ...more },
});

export const mobile: readonly Scenario[] = [
  scenario(
    'an application on a telephone names its origin in expo-origin',
    signedIn(),
    post('/update-user', { name: 'Grace' }, device('app://')),
    post('/update-user', { name: 'Grace' }, device('attacker://')),
    post('/update-user', { name: 'Grace' }, device(undefined)),
    post('/update-user', { name: 'Grace' }, { headers: { origin: 'attacker://', 'expo-origin': 'app://' } }),
    post('/sign-in/email', { ...ADA, callbackURL: 'app://in' }, device('app://')),
    post('/sign-in/email', { ...ADA, callbackURL: 'attacker://in' }, device('app://')),
  ),
  scenario(
    'the link back to the application has the cookie',
    post(
      '/sign-in/social',
      { provider: 'acme', loginHint: 'verified', callbackURL: 'app://in' },
      { ...device('app://'), save: { url: 'url' } },
    ),
    throughProvider(),
    shownAs(callback(device(undefined)), /(?<=session_token%3D)\w{32}\.[\w%.-]+?%253D/g, '<token>'),
    left,
  ),
  scenario(
    'the browser of the telephone is sent to the provider',
    get(
      `/expo-authorization-proxy?authorizationURL=${encodeURIComponent('https://idp.example/auth?state=s1')}`,
    ),
    get(
      `/expo-authorization-proxy?authorizationURL=${encodeURIComponent('https://idp.example/auth?state=s1')}&oauthState=s2`,
    ),
    get(`/expo-authorization-proxy?authorizationURL=${encodeURIComponent('https://idp.example/auth')}`),
    get(
      `/expo-authorization-proxy?authorizationURL=${encodeURIComponent('http://idp.example/auth?state=1')}`,
    ),
    get('/expo-authorization-proxy?authorizationURL=nothing'),
    get('/expo-authorization-proxy'),
  ),
];

const accepting = (language: string) => ({ headers: { 'accept-language': language } });
const wrong = { email: ADA.email, password: 'wrong password' };

export const translations: readonly Scenario[] = [
  scenario(
    'errors have the language of the request',
    post('/sign-up/email', ADA),
    post('/sign-in/email', wrong),
    post('/sign-in/email', wrong, accepting('de-AT,de;q=0.9,en;q=0.5')),
    post('/sign-in/email', wrong, accepting('fr')),
    post('/sign-in/email', wrong, { headers: { cookie: 'locale=de' } }),
    post('/sign-up/email', { ...ADA, email: 'b@example.com', password: 'short' }, accepting('de')),
    post('/sign-up/email', ADA, accepting('de')),
    get('/list-sessions', { ...accepting('de'), browser: 'other' }),
    post('/revoke-session', {}, accepting('de')),
  ),
];

/** The plugin answers `get-session` in the place of the server. */
export const shaped: readonly Scenario[] = [
  scenario(
    'get-session has the shape that the function gives it',
    get('/get-session'),
    post('/sign-up/email', ADA),
    get('/get-session'),
    get('/get-session?disableRefresh=true'),
    get('/get-session?disableCookieCache=nonsense'),
    get('/get-session', { headers: { 'user-agent': 'a telephone' } }),
    post('/update-user', { name: 'Grace' }),
    get('/get-session'),
    get('/list-sessions'),
    call('HEAD', '/api/auth/get-session', undefined),
    post('/get-session', {}),
    post('/sign-out', {}),
    get('/get-session'),
  ),
  scenario(
    'a session near its end is renewed',
    signedIn(),
    get('/get-session'),
    rows(`select expires_at > now() + interval '6 days 23 hours 30 minutes' as renewed from sessions`),
  ),
];

const withoutCiphertext = (step: Step) => shownAs(step, /[0-9a-f]{200,}/g, '<ciphertext>');
const begin = withoutCiphertext(
  post(
    '/sign-in/social',
    { provider: 'acme', loginHint: 'verified', callbackURL: '/in', errorCallbackURL: '/out' },
    { save: { url: 'url' } },
  ),
);
/** Saves what production sends to the preview deployment, which is the same server here. */
const backAt = (server: string, step: Step): Step =>
  withoutCiphertext(
    saving(step, { completion: new RegExp(`${server}(/\\S+)`), profile: /profile=([^&\s]+)/ }),
  );

export const preview: readonly Scenario[] = [
  scenario(
    'the provider returns to production',
    begin,
    post('/sign-in/social', { provider: 'unknown', callbackURL: '/in' }),
    post('/sign-in/social', { provider: 'acme', callbackURL: 'https://attacker.example' }),
    signedIn(),
    withoutCiphertext(post('/link-social', { provider: 'gitlab', callbackURL: '/in' })),
    post('/sign-in/social', { provider: 'acme' }, { headers: { 'x-skip-oauth-proxy': 'true' } }),
  ),
];

export const production: readonly Scenario[] = [
  scenario(
    'production sends the profile to the preview deployment, which signs the person in',
    begin,
    throughProvider(),
    backAt('https://preview.example', callback()),
    left,
    call('GET', '{completion}'),
    get('/get-session'),
    left,
    call('GET', '{completion}'),
  ),
  scenario(
    'profiles that the preview deployment refuses',
    begin,
    throughProvider(),
    backAt('https://preview.example', callback()),
    get('/callback/gitlab/oauth-proxy?callbackURL=/in&profile={profile}'),
    get('/callback/acme/oauth-proxy?callbackURL=/in&profile=nothing'),
    get('/callback/acme/oauth-proxy?callbackURL=/in'),
    get('/callback/acme/oauth-proxy?callbackURL=https://attacker.example&profile={profile}'),
    get('/callback/acme/oauth-proxy'),
    get('/oauth-proxy-callback?callbackURL=/in&profile={profile}'),
    get('/callback/acme?state={state}&error=access_denied'),
    get('/callback/acme?state={state}'),
    left,
  ),
];

const as = (header: string) => ({ browser: 'other', headers: { [header]: '{token}' } });

/** With modules/changing-hooks.mjs. */
export const changing: readonly Scenario[] = [
  ...['x-cookie-of', 'x-session-of'].map((header) =>
    scenario(
      `a hook gives the request a session (${header})`,
      signedIn(),
      get('/get-session', as(header)),
      get('/list-sessions', as(header)),
      post('/update-user', { name: 'Grace' }, as(header)),
      get('/list-accounts', as(header)),
      post(
        '/change-password',
        { currentPassword: 'wrong password', newPassword: 'a new password' },
        as(header),
      ),
      get('/get-session', { browser: 'other', headers: { [header]: 'unknown' } }),
      rows('select name from users'),
      post('/sign-out', {}, as(header)),
      rows('select count(*)::int as count from sessions'),
    ),
  ),
  scenario(
    'a hook changes the query and the headers',
    get('/verify-email?token=nothing&callbackURL=/asked'),
    get('/verify-email?token=nothing'),
    post('/sign-up/email', ADA, { headers: { 'x-agent': 'a telephone' } }),
    rows('select user_agent from sessions'),
  ),
];
