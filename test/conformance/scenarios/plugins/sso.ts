import { CLIENT } from '../../../openid/certified-provider.js';
import { callback, provider, throughProvider } from '../../provider-steps.js';
import {
  call,
  get,
  post,
  rows,
  saving,
  scenario,
  sql,
  type RequestOptions,
  type Scenario,
  type Step,
} from '../../steps.js';
import { fillIn } from '../../side.js';
import { ADA, FORM } from '../values.js';

const signUp = post('/sign-up/email', ADA);
export const oidcConfig = {
  clientId: CLIENT.id,
  clientSecret: CLIENT.secret,
  discoveryEndpoint: '{idp}/.well-known/openid-configuration',
  pkce: true,
};
export const oidc = {
  providerId: 'acme-oidc',
  issuer: '{idp}',
  domain: 'example.com',
  oidcConfig,
};
const samlConfig = {
  entryPoint: '{saml}/sso',
  cert: '{certificate}',
  callbackUrl: '/dashboard',
  wantAssertionsSigned: true,
  idpMetadata: {
    entityID: 'https://saml.example/metadata',
    cert: '{certificate}',
    singleSignOnService: [
      { Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', Location: '{saml}/sso' },
    ],
  },
  spMetadata: { entityID: 'https://service.example' },
  mapping: {
    name: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name',
    email: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
    firstName: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname',
    lastName: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname',
  },
};
export const saml = {
  providerId: 'acme-saml',
  issuer: 'https://saml.example/metadata',
  domain: 'saml.example',
  samlConfig,
};
const guest = { browser: 'guest' };

export const registered = post('/sso/register', oidc);
export const registeredSaml = post('/sso/register', saml);

export const signIn = (body: object, options: RequestOptions = guest) =>
  saving(post('/sign-in/sso', { callbackURL: '/dashboard', ...body }, options), { url: /"url":"([^"]+)"/ });

const users = rows(`select u.name, u.email, u.is_email_verified, a.provider_id, a.provider_user_id
  from users u join accounts a on a.user_id = u.id order by u.email, a.provider_id`);

export const providers: readonly Scenario[] = [
  scenario(
    'registers, lists, changes and deletes a provider',
    post('/sso/register', oidc),
    signUp,
    post('/sso/register', oidc),
    post('/sso/register', oidc),
    post('/sso/register', { ...oidc, providerId: 'other', issuer: 'https://elsewhere.example' }),
    post('/sso/register', {}),
    post('/sso/register', { ...oidc, providerId: 'none', oidcConfig: undefined }),
    get('/sso/providers'),
    get('/sso/get-provider?providerId=acme-oidc'),
    get('/sso/get-provider?providerId=nothing'),
    post('/sso/update-provider', { providerId: 'acme-oidc', domain: 'example.org' }),
    post('/sso/update-provider', { providerId: 'acme-oidc' }),
    post('/sign-up/email', { ...ADA, email: 'eve@example.com' }, guest),
    post('/sso/update-provider', { providerId: 'acme-oidc', domain: 'eve.example' }, guest),
    post('/sso/delete-provider', { providerId: 'acme-oidc' }, guest),
    rows('select issuer, domain, provider_id from sso_providers'),
    post('/sso/delete-provider', { providerId: 'acme-oidc' }),
    rows('select count(*)::int as count from sso_providers'),
  ),
  scenario(
    'nobody registers a provider with the id of one of the server, whose accounts it would open',
    signUp,
    ...['acme', 'gitlab', 'credential'].flatMap((providerId) => [
      post('/sso/register', { ...oidc, providerId }),
      post('/sso/register', { ...saml, providerId }),
    ]),
    rows('select count(*)::int as count from sso_providers'),
  ),
];

export const openId: readonly Scenario[] = [
  scenario(
    'a person from the company signs in by e-mail, and again by domain and by provider',
    signUp,
    post('/sso/register', oidc),
    signIn({ email: 'grace@example.com' }),
    throughProvider(),
    callback(guest),
    get('/get-session', guest),
    users,
    signIn({ domain: 'example.com' }, { browser: 'second' }),
    throughProvider(),
    callback({ browser: 'second' }),
    signIn({ providerId: 'acme-oidc' }, { browser: 'third' }),
    throughProvider(),
    callback({ browser: 'third' }),
    callback({ browser: 'third' }),
    users,
  ),
  scenario(
    'nobody is signed in without a provider or by another browser',
    signUp,
    post('/sso/register', oidc),
    signIn({ email: 'grace@elsewhere.example' }),
    signIn({}),
    signIn({ providerId: 'nothing' }),
    signIn({ providerId: 'acme-oidc', callbackURL: 'https://evil.example/' }),
    signIn({ providerId: 'acme-oidc' }),
    throughProvider(),
    callback({ browser: 'other' }),
    get('/sso/callback/acme-oidc?code=nothing&state=nothing', guest),
    get('/sso/callback/acme-oidc?error=access_denied', guest),
    users,
  ),
  scenario(
    'an account with the same address is not linked to a provider that nobody trusts',
    post('/sign-up/email', { ...ADA, email: 'grace@example.com' }),
    post('/sso/register', oidc),
    signIn({ providerId: 'acme-oidc' }),
    throughProvider(),
    callback(guest),
    get('/get-session', guest),
    users,
  ),
  scenario(
    'an id token that somebody changed',
    signUp,
    post('/sso/register', oidc),
    provider('wrong audience', (changed) => {
      changed.alterations.idToken = (claims) => ({ ...claims, aud: 'somebody-else' });
    }),
    signIn({ providerId: 'acme-oidc' }),
    throughProvider(),
    callback(guest),
    get('/get-session', guest),
  ),
  scenario(
    'new people become members of the organization of the provider',
    signUp,
    post('/organization/create', { name: 'Acme', slug: 'acme' }, { save: { organization: 'id' } }),
    post('/sso/register', { ...oidc, organizationId: '{organization}' }),
    post('/sso/register', { ...oidc, providerId: 'other', organizationId: 'nothing' }),
    signIn({ organizationSlug: 'acme' }),
    throughProvider(),
    callback(guest),
    get('/organization/list', guest),
    rows('select u.email, m.role from members m join users u on u.id = m.user_id order by u.email'),
  ),
];

const ACS = '/api/auth/sso/saml2/sp/acs/acme-saml';

/** Posts the form that the identity provider made, as its page does. The browser sends no `Origin` of this server. */
const acs = (fields: string, options: RequestOptions = guest): Step =>
  call('POST', ACS, fields, { ...options, headers: { ...FORM, origin: 'null' } });

/** Changes the e-mail in the signed answer. */
const tamper: Step = {
  label: 'change the signed e-mail',
  run(side) {
    const form = new URLSearchParams(side.saved.get('form'));
    const xml = Buffer.from(form.get('SAMLResponse') ?? '', 'base64').toString();
    const changed = xml.replaceAll('grace@saml.example', 'admin@saml.example');
    form.set('SAMLResponse', Buffer.from(changed).toString('base64'));
    side.saved.set('tampered', form.toString());
    return Promise.resolve(undefined);
  },
};

/** Saves an answer that the service did not ask for as `{unasked}`. */
const samlAnswer = (changes: Readonly<Record<string, unknown>>): Step => ({
  label: `the provider signs in without a request ${JSON.stringify(changes).slice(0, 100)}`,
  async run(side) {
    const answer = await side.saml?.unsolicited({
      audience: 'https://service.example',
      recipient: `${side.origin}${ACS}`,
      ...changes,
    });
    side.saved.set('unasked', new URLSearchParams({ SAMLResponse: answer ?? '' }).toString());
    return undefined;
  },
});

export const samlSignIn: readonly Scenario[] = [
  scenario(
    'registers a provider, and shows the metadata of the service',
    signUp,
    post('/sso/register', saml),
    post('/sso/register', { ...saml, providerId: 'other', samlConfig: { ...samlConfig, cert: 'nothing' } }),
    post('/sso/register', { ...saml, providerId: 'other', samlConfig: {} }),
    get('/sso/saml2/sp/metadata?providerId=acme-saml'),
    get('/sso/saml2/sp/metadata?providerId=nothing'),
    get('/sso/saml2/sp/metadata'),
    get('/sso/get-provider?providerId=acme-saml'),
  ),
  scenario(
    'a person from the company signs in',
    signUp,
    post('/sso/register', saml),
    signIn({ email: 'grace@saml.example' }),
    throughProvider(),
    acs('{form}'),
    get('/get-session', guest),
    call('GET', `${ACS}?RelayState=/dashboard`, undefined, guest),
    users,
    acs('{form}'),
    acs('{form}', { browser: 'other' }),
    rows('select count(*)::int as count from sessions'),
  ),
  scenario(
    'an answer that somebody changed is refused, and the right one still works',
    signUp,
    post('/sso/register', saml),
    signIn({ providerId: 'acme-saml' }),
    throughProvider(),
    tamper,
    acs('{tampered}'),
    get('/get-session', guest),
    acs('{form}'),
    users,
  ),
  scenario(
    'an answer without a request works once',
    signUp,
    post('/sso/register', saml),
    samlAnswer({}),
    acs('{unasked}'),
    get('/get-session', guest),
    acs('{unasked}', { browser: 'thief' }),
    get('/get-session', { browser: 'thief' }),
    rows('select count(*)::int as count from sessions'),
  ),
  scenario(
    'input that is refused',
    signUp,
    post('/sso/register', saml),
    acs(''),
    acs('SAMLResponse=nothing'),
    acs('SAMLResponse=PGE%2BPC9hPg%3D%3D&RelayState=nothing'),
    call('POST', '/api/auth/sso/saml2/sp/acs/nothing', 'SAMLResponse=nothing', { headers: FORM }),
    call('POST', ACS, '<a/>', { headers: { 'content-type': 'application/xml' } }),
    call('GET', ACS, undefined, guest),
    call('POST', '/api/auth/sso/saml2/sp/slo/acme-saml', 'SAMLRequest=nothing', { headers: FORM }),
    post('/sso/saml2/logout/acme-saml', {}),
  ),
];

const strictly = (isStrict: boolean): Step => ({
  label: `the provider is strict: ${isStrict}`,
  run(side) {
    if (side.saml) side.saml.isStrict = isStrict;
    return Promise.resolve(undefined);
  },
});
const strictConfig = {
  ...samlConfig,
  authnRequestsSigned: true,
  idpMetadata: {
    ...samlConfig.idpMetadata,
    isAssertionEncrypted: true,
    singleLogoutService: [
      { Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', Location: '{saml}/slo' },
    ],
  },
  spMetadata: {
    ...samlConfig.spMetadata,
    privateKey: '{serviceKey}',
    isAssertionEncrypted: true,
    encPrivateKey: '{serviceKey}',
  },
};
/** The provider checks that the request is signed, and encrypts its answer. */
export const strictSignIn = [
  signUp,
  strictly(true),
  post('/sso/register', { ...saml, samlConfig: strictConfig }),
  signIn({ providerId: 'acme-saml' }),
  throughProvider(),
  acs('{form}'),
  get('/list-accounts', guest),
  strictly(false),
];
const SLO = '/api/auth/sso/saml2/sp/slo/acme-saml';

/** Saves the URL to which the provider sends the browser to sign out as `{slo}`. */
export const providerLogout: Step = {
  label: 'the provider signs the person out',
  run(side) {
    const service = { id: 'https://service.example', location: `${side.origin}${SLO}` };
    const { search } = new URL(side.saml?.logoutUrl(service) ?? '');
    side.saved.set('slo', SLO + search);
    return Promise.resolve(undefined);
  },
};

const sessions = rows('select count(*)::int as count from sessions');

export const leave = post('/sso/saml2/logout/acme-saml', { callbackURL: '/left' }, guest);
export const followLogout = call('GET', '{slo}', undefined, { browser: 'any' });
export const accountsOfGuest = get('/list-accounts', guest);

export const samlStrict: readonly Scenario[] = [
  scenario('signed requests and encrypted assertions', ...strictSignIn, users),
  scenario('signing out here signs out at the provider', ...strictSignIn, leave, accountsOfGuest, sessions),
  scenario(
    'the provider signs the person out',
    ...strictSignIn,
    providerLogout,
    followLogout,
    accountsOfGuest,
    sessions,
  ),
];

/** The owner of the domain publishes the token that the server gave. */
const published = (value = '{domainToken}'): Step => ({
  label: `publish ${value}`,
  run(side) {
    const name = '_better-auth-token-acme-oidc.example.com';
    side.dns?.records.set(name, [...(side.dns.records.get(name) ?? []), 'v=spf1 -all', fillIn(side, value)]);
    return Promise.resolve(undefined);
  },
});
const verify = post('/sso/verify-domain', { providerId: 'acme-oidc' });
const askAgain = post('/sso/request-domain-verification', { providerId: 'acme-oidc' });
const withToken = saving(post('/sso/register', oidc), { domainToken: /"domainVerificationToken":"([^"]+)"/ });
const verified = rows('select provider_id, domain, domain_verified from sso_providers');

export const domains: readonly Scenario[] = [
  scenario(
    'only a provider whose domain is verified signs people in',
    signUp,
    withToken,
    signIn({ providerId: 'acme-oidc' }),
    verify,
    published('another text'),
    verify,
    published('x_better-auth-token-acme-oidc={domainToken}'),
    verify,
    verified,
    published(),
    verify,
    verified,
    verify,
    askAgain,
    signIn({ email: 'grace@example.com' }),
    throughProvider(),
    callback(guest),
    get('/get-session', guest),
    users,
    post('/sso/update-provider', { providerId: 'acme-oidc', domain: 'example.org' }),
    verified,
    signIn({ providerId: 'acme-oidc' }),
  ),
  scenario(
    'a token with its name, and a provider of two domains',
    signUp,
    saving(post('/sso/register', { ...oidc, domain: 'example.com,example.org' }), {
      domainToken: /"domainVerificationToken":"([^"]+)"/,
    }),
    askAgain,
    published('_better-auth-token-acme-oidc={domainToken}'),
    verify,
    verified,
  ),
  scenario(
    'an address that is there already is linked only by a verified domain',
    post('/sign-up/email', { ...ADA, email: 'grace@example.com' }),
    withToken,
    published(),
    verify,
    signIn({ providerId: 'acme-oidc' }),
    throughProvider(),
    callback(guest),
    get('/get-session', guest),
    users,
  ),
  scenario(
    'verifications that are refused',
    verify,
    askAgain,
    signUp,
    verify,
    askAgain,
    withToken,
    post('/sso/verify-domain', {}),
    post('/sso/verify-domain', { providerId: ['acme-oidc'] }),
    post('/sso/request-domain-verification', { providerId: 'x'.repeat(300) }),
    post('/sign-up/email', { ...ADA, email: 'eve@example.com' }, guest),
    post('/sso/verify-domain', { providerId: 'acme-oidc' }, guest),
    post('/sso/request-domain-verification', { providerId: 'acme-oidc' }, guest),
    sql(`update verifications set expires_at = now() - interval '1 minute'`),
    published(),
    verify,
    askAgain,
    post('/sso/register', { ...oidc, providerId: 'x'.repeat(60) }),
    post('/sso/verify-domain', { providerId: 'x'.repeat(60) }),
  ),
];

/** What a provider may say about a person. */
const HOSTILE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'no e-mail': { email: undefined },
  'an empty e-mail': { email: '' },
  'an e-mail that is a list': { email: ['grace@example.com', 'eve@example.com'] },
  'an e-mail that is an object': { email: { a: 1 } },
  'an e-mail with NUL': { email: 'gra\0ce@example.com' },
  'a long e-mail': { email: `${'x'.repeat(3000)}@example.com` },
  'no address': { email: 'nothing' },
  'a number': { email: 5 },
  'a verification as text': { email_verified: 'false' },
  'a verification as another text': { email_verified: 'yes' },
  'a verification as a list': { email_verified: [] },
  'a name with NUL': { name: 'Gra\0ce' },
  'a long name': { name: 'x'.repeat(100_000) },
  'a name that is a list': { name: ['Grace'] },
  'a name that is an object': { name: { a: 1 } },
  'no name': { name: undefined },
  'a picture that is an object': { picture: { url: 1 } },
  'a picture with NUL': { picture: 'https://a.example/\0' },
  'a subject that is a list': { sub: ['verified'] },
  'a subject that is a number': { sub: 5 },
  'no subject': { sub: undefined },
  'a subject with NUL': { sub: 'a\0b' },
  'a long subject': { sub: 'x'.repeat(3000) },
  'another audience': { aud: 'somebody-else' },
  'a list of audiences': { aud: [CLIENT.id, 'somebody-else'] },
  'a wrong issuer': { iss: 'https://elsewhere.example' },
  'no issuer': { iss: undefined },
  expired: { exp: 1_600_000_000 },
  'no end': { exp: undefined },
  'from the future': { iat: 4_000_000_000, nbf: 4_000_000_000 },
  'another nonce': { nonce: 'nothing' },
};

/** Claims about the token, and not about the person. */
const OF_TOKENS = new Set(['aud', 'iss', 'exp', 'iat', 'nbf', 'nonce']);

const hostileScenario = (what: string, claims: Readonly<Record<string, unknown>>): Scenario =>
  scenario(
    `claims: ${what}`,
    signUp,
    post('/sso/register', oidc),
    provider(what, ({ alterations }) => {
      alterations.idToken = (usual) => ({ ...usual, ...claims });
      const person = Object.entries(claims).filter(([name]) => !OF_TOKENS.has(name));
      alterations.userinfo = (usual) => ({ ...usual, ...Object.fromEntries(person) });
    }),
    signIn({ providerId: 'acme-oidc' }),
    throughProvider(),
    callback(guest),
    get('/get-session', guest),
    rows(
      'select left(name, 200) as name, length(name) as length, email, is_email_verified, image from users order by email',
    ),
  );

export const hostileClaims: readonly Scenario[] = Object.entries(HOSTILE).map(([what, claims]) =>
  hostileScenario(what, claims),
);

const HOSTILE_SAML: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'another audience': { audience: 'https://elsewhere.example' },
  'another recipient': { recipient: 'https://elsewhere.example/acs' },
  'a wrong issuer': { issuer: 'https://elsewhere.example' },
  expired: { lifetimeInSeconds: -3600 },
  'no e-mail': { person: { email: undefined } },
  'an empty e-mail': { person: { email: '' } },
  'no address': { person: { email: 'nothing' } },
  'a long e-mail': { person: { email: `${'x'.repeat(3000)}@saml.example` } },
  'another domain': { person: { email: 'grace@elsewhere.example' } },
  'XML in the e-mail': { person: { email: '<a>grace</a>@saml.example' } },
  'a comment in the e-mail': { person: { email: 'grace@saml.example<!---->.elsewhere.example' } },
  'an escaped NUL in the name': { person: { givenName: 'Gra&#0;ce' } },
  'a long name': { person: { givenName: 'x'.repeat(50_000) } },
  'no name': { person: { givenName: '', familyName: '' } },
  'a long id': { person: { id: 'x'.repeat(3000) } },
  'an empty id': { person: { id: '' } },
};

export const hostileAssertions: readonly Scenario[] = Object.entries(HOSTILE_SAML).map(([what, changes]) =>
  scenario(
    `an assertion: ${what}`,
    signUp,
    registeredSaml,
    samlAnswer(changes),
    acs('{unasked}'),
    get('/get-session', guest),
    rows(
      'select left(name, 200) as name, length(name) as length, email, is_email_verified from users order by email',
    ),
  ),
);
