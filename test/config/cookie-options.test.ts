import { loadConfig } from '../../src/assembly/load-config.js';
import { cookieSettings } from '../../src/config/cookie-settings.js';

const load = (variables: Record<string, string>) =>
  loadConfig({
    DATABASE_URL: 'postgresql://localhost/app',
    BETTER_AUTH_SECRET: 'a secret that only these tests know',
    BETTER_AUTH_URL: 'https://auth.example.com',
    ...variables,
  });

test.each([
  ['ADVANCED_COOKIES', '{"sesion_token":{"name":"sid"}}', /there is no cookie "sesion_token"/],
  ['ADVANCED_COOKIES', '{"session_token":{"nme":"sid"}}', /"nme" is neither "name" nor "attributes"/],
  [
    'ADVANCED_COOKIES',
    '{"session_token":{"name":"a b"}}',
    /"name" of "session_token" is not a valid cookie name/,
  ],
  [
    'ADVANCED_COOKIES',
    '{"session_token":{"name":""}}',
    /"name" of "session_token" is not a valid cookie name/,
  ],
  ['ADVANCED_COOKIES', '{"session_token":5}', /must be JSON such as/],
  ['ADVANCED_COOKIES', '[]', /must be JSON such as/],
  ['ADVANCED_COOKIES', '{', /must be JSON such as/],
  ['ADVANCED_COOKIES', '{"state":{"attributes":{"sameSite":"lax;"}}}', /"sameSite" must be/],
  ['ADVANCED_COOKIES', '{"state":{"name":"better-auth.session_data"}}', /two cookies the name/],
  ['ADVANCED_DEFAULT_COOKIE_ATTRIBUTES', '{"samesite":"lax"}', /"samesite" is not one of the attributes/],
  ['ADVANCED_DEFAULT_COOKIE_ATTRIBUTES', '{"__proto__":"lax"}', /"__proto__" is not one of the attributes/],
  ['ADVANCED_DEFAULT_COOKIE_ATTRIBUTES', '{"domain":"a.example; Path=/"}', /"domain" must be a host name/],
  ['ADVANCED_DEFAULT_COOKIE_ATTRIBUTES', '{"path":"api"}', /"path" must be a path/],
  ['ADVANCED_DEFAULT_COOKIE_ATTRIBUTES', '{"maxAge":-1}', /"maxAge" must be/],
  ['ADVANCED_DEFAULT_COOKIE_ATTRIBUTES', '{"secure":"true"}', /"secure" must be/],
  ['ADVANCED_COOKIE_PREFIX', 'my shop', /ADVANCED_COOKIE_PREFIX must be made of letters/],
  ['ADVANCED_CROSS_SUB_DOMAIN_COOKIES_DOMAIN', 'https://example.com', /must be a host name/],
])('refuses %s=%s', (name, value, fault) => {
  expect(() => load({ [name]: value })).toThrow(fault);
});

test('every cookie and attribute of the protocol can be configured', () => {
  const attributes = {
    domain: '.example.com',
    path: '/',
    httpOnly: false,
    secure: true,
    sameSite: 'Strict',
    partitioned: true,
    maxAge: 5,
  };
  const cookies = Object.fromEntries(
    ['session_token', 'session_data', 'account_data', 'dont_remember', 'state', 'oauth_state'].map((name) => [
      name,
      { name: `my_${name}`, attributes },
    ]),
  );
  const { advanced } = load({ ADVANCED_COOKIES: JSON.stringify(cookies) });
  expect(advanced.cookies.state).toEqual({
    name: 'my_state',
    attributes: { ...attributes, sameSite: 'strict' },
  });
});

test('cookies have a domain only if crossSubDomainCookies is enabled', () => {
  const domain = { ADVANCED_CROSS_SUB_DOMAIN_COOKIES_DOMAIN: 'example.com' };
  const enabled = { ADVANCED_CROSS_SUB_DOMAIN_COOKIES_ENABLED: 'true' };
  expect(cookieSettings(load(domain)).domain).toBeUndefined();
  expect(cookieSettings(load(enabled)).domain).toBe('auth.example.com');
  expect(cookieSettings(load({ ...enabled, ...domain })).domain).toBe('example.com');
});
