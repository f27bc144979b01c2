import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const OWN_FUNCTIONS = 'migrations/helpers/1763900000000-own-functions.ts';
const FUNCTIONS = 'test/security/database-functions.test.ts';
const POLICIES = 'test/security/row-level-security.test.ts';
const COOKIE_CACHE = 'test/security/cookie-cache.test.ts';
const IN_FLIGHT = 'test/security/secrets-in-flight.test.ts';
const JWTS = 'test/security/jwt-and-tokens.test.ts';
const LEGACY_JWTS = 'test/security/legacy-jwt.test.ts';
const SIZES = 'test/security/request-size.test.ts';
const TEXTS = 'test/security/long-texts.test.ts';
const SLOW = 'test/security/slow-clients.test.ts';
const REDIRECTS = 'test/security/redirects.test.ts';
const PROVIDERS = 'test/security/providers.test.ts';
const ENUMERATION = 'test/security/enumeration.test.ts';
const LOCKOUT = 'test/security/lockout.test.ts';
const RATES = 'test/security/rate-limits.test.ts';
const RULES = 'test/security/password-rules.test.ts';
const NOTICES = 'test/security/owner-notices.test.ts';
const CLAIMED = 'test/security/pre-registration.test.ts';
const LIMITS = 'test/security/session-limits.test.ts';
const PLUGINS = 'test/security/plugins.test.ts';
const SHOWN = 'test/health/health.module.test.ts';

/** @type {Record<string, Omit<import('./guards.d.mts').Guard, 'bullet'>[]>} */
const BULLETS = {
  'trigger functions': [
    {
      guard: 'PUBLIC may not execute our functions',
      file: OWN_FUNCTIONS,
      code: 'await queryRunner.query(`revoke all on function gatehouse.${signature} from public`);',
      without: '',
      test: [FUNCTIONS, 'nobody but its owner may execute a function of ours'],
    },
    {
      guard: 'roles with default privileges may not either',
      file: OWN_FUNCTIONS,
      code: 'for (const { role } of grantees)',
      without: 'for (const { role } of grantees.slice(0, 0))',
      test: [FUNCTIONS, 'nobody but its owner may execute a function of ours'],
    },
    {
      guard: 'functions look up names in pg_catalog only',
      file: OWN_FUNCTIONS,
      code: "export const SAFE_PATH = 'set search_path to pg_catalog, pg_temp';",
      without: "export const SAFE_PATH = 'set search_path to public, pg_catalog, pg_temp';",
      test: [FUNCTIONS, 'what somebody plants in `public` never runs in a trigger'],
    },
    {
      guard: 'a function checks the table that fired its trigger',
      file: OWN_FUNCTIONS,
      code: 'where c.oid = tg_relid and r.rolname = current_user',
      without: 'where c.oid = tg_relid',
      test: [FUNCTIONS, 'even a role that may execute one cannot write with the rights of its owner'],
    },
    {
      guard: 'the migrations stop before they run something planted',
      file: 'migrations/1763900000000-InspectLegacyTables.ts',
      code: '    await refusePlanted(queryRunner);',
      without: '',
      test: [FUNCTIONS, 'stop before they run what somebody planted, and name it'],
    },
    {
      guard: 'each transaction of the migrations looks again',
      file: 'migrations/helpers/1763900000000-transaction.ts',
      code: '    await refusePlanted(queryRunner);',
      without: '',
      test: [FUNCTIONS, 'stop if somebody plants something while they run'],
    },
    {
      guard: 'the schema gatehouse must be ours',
      file: 'migrations/1763900000000-InspectLegacyTables.ts',
      code: 'if (database.ownerOfOurs !== null) {',
      without: 'if (false) {',
      test: [FUNCTIONS, 'stop if somebody else has made the schema `gatehouse`'],
    },
  ],

  'row-level security': [
    {
      guard: 'views under our names run with the rights of the reader',
      file: 'migrations/helpers/1763901280000-named-view.ts',
      code: "version?.invoker ? ' with (security_invoker = true)' : '';",
      without: "version?.invoker ? '' : '';",
      test: [POLICIES, 'no view of ours shows a role the sessions of other users'],
    },
    {
      guard: 'views under the legacy names do too',
      file: 'migrations/helpers/1763900150000-legacy-view.ts',
      code: "(await hasInvokerViews(queryRunner)) ? ' with (security_invoker = true)' : '';",
      without: "(await hasInvokerViews(queryRunner)) ? '' : '';",
      test: [POLICIES, 'while the migrations run, the old names show what they showed'],
    },
    {
      guard: 'the view gets the rights that roles had on the table',
      file: 'migrations/helpers/1763900150000-legacy-view.ts',
      code: '...rights.map(({ privilege, grantee }) => `grant ${privilege} on ${view} to ${grantee}`),',
      without: '',
      test: [POLICIES, 'while the migrations run, the old names show what they showed'],
    },
    {
      guard: 'before PostgreSQL 15 the migrations stop',
      file: 'migrations/helpers/1763900000000-table-findings.ts',
      code: 'if (replaced && row.old) {',
      without: 'if (false) {',
      test: [POLICIES, 'PostgreSQL 14 has no view that respects the policies'],
    },
  ],

  'payloads of NOTIFY': [
    {
      guard: 'JSON that is no object is not read',
      file: 'src/sessions/cache/session-cache.ts',
      code: "if (typeof change !== 'object' || change === null) return undefined;",
      without: '',
      test: [
        'test/security/notifications.test.ts',
        'a text of another form makes the cache forget everything',
      ],
    },
    {
      guard: 'neither are ids of another type',
      file: 'src/sessions/cache/session-cache.ts',
      code: '|| !isListOfTexts(ids)',
      without: '',
      test: [
        'test/security/notifications.test.ts',
        'a text of another form makes the cache forget everything',
      ],
    },
    {
      guard: 'text that is no JSON does not throw',
      file: 'src/sessions/cache/session-cache.ts',
      code: 'const change = parseJson(payload);',
      without: 'const change: unknown = JSON.parse(payload);',
      test: ['test/security/notifications.test.ts', 'outlives whatever any role of the database sends'],
    },
    {
      guard: 'a text of another form empties the cache',
      file: 'src/sessions/cache/session-cache.ts',
      code: 'if (!change) return this.clear();',
      without: 'if (!change) return;',
      test: [
        'test/security/notifications.test.ts',
        'a text of another form makes the cache forget everything',
      ],
    },
  ],

  'cookie cache': [
    {
      guard: 'no route but get-session believes the cookie',
      file: 'src/sessions/current/current-session.ts',
      code: 'options.trustsDataCookie ? described : await this.liveStored(identified)',
      without: 'described',
      test: [COOKIE_CACHE, 'with the cache cookie of a session that is … no guarded route answers'],
    },
    {
      guard: 'no JWT is signed for the cookie alone',
      file: 'src/features/jwt/set-auth-jwt.ts',
      code: 'auth.hasDataCookie ? this.ofCookie(auth) : this.issuer.issueOrReuse(auth)',
      without: 'this.issuer.issueOrReuse(auth)',
      test: [COOKIE_CACHE, 'nobody gets a JWT with the cache cookie'],
    },
    {
      guard: 'the cookie is not renewed from itself',
      file: 'src/cookies/session-data-cookie.ts',
      code: 'if (mayRefresh && opened.expiresAt - now < this.lastPart) return undefined;',
      without: '',
      test: [COOKIE_CACHE, 'gets no new cookie'],
    },
  ],

  'a password that is replaced while it is hashed': [
    {
      guard: 'the transaction of the session compares the hash again',
      file: 'src/accounts/password-proof.ts',
      code: 'if (stored !== hash) return { stored };',
      without: '',
      test: [IN_FLIGHT, 'sign-in/email … fails if … while it verifies'],
    },
    {
      guard: 'a user who was deleted meanwhile is answered like a wrong password',
      file: 'src/accounts/password-proof.ts',
      code: 'if (!outcome.stored) return undefined;',
      without: '',
      test: [IN_FLIGHT, 'sign-in/email … fails if … the user is deleted … while it verifies'],
    },
    {
      guard: 'a user who was banned meanwhile gets no session',
      file: 'src/sessions/use-cases/create-session.ts',
      code: 'if (refusal) throw refusal;',
      without: '',
      test: [IN_FLIGHT, 'fails if the user is banned while it verifies'],
    },
    {
      guard: 'change-password needs a session that still lives',
      file: 'src/accounts/use-cases/change-password.ts',
      code: 'await this.sessions.requireLive(own, manager);',
      without: '',
      test: [IN_FLIGHT, 'change-password … fails if the session is revoked while it verifies'],
    },
    {
      guard: 'delete-user does too',
      file: 'src/accounts/use-cases/delete-user.ts',
      code: 'await this.sessions.requireLive(session, manager);',
      without: '',
      test: [IN_FLIGHT, 'delete-user … fails if the session is revoked while it verifies'],
    },
    {
      guard: 'reset-password looks for the user again',
      file: 'src/accounts/use-cases/reset-password.ts',
      code: "if (!(await this.users.lock(userId, manager))) throw badRequest('USER_NOT_FOUND');",
      without: '',
      test: [IN_FLIGHT, 'reset-password … fails if the user is deleted while it hashes'],
    },
    {
      guard: 'reset-password uses up the token in the transaction',
      file: 'src/accounts/use-cases/reset-password.ts',
      code: "if (redeemed !== userId) throw badRequest('INVALID_TOKEN');",
      without: '',
      test: [IN_FLIGHT, 'reset-password … fails if the link is used while it hashes'],
    },
  ],

  'a JWT gets no session token': [
    {
      guard: 'get-session shows the JWT itself',
      file: 'src/sessions/use-cases/get-session.ts',
      code: 'session: presentSession(session, jwt?.text),',
      without: 'session: presentSession(session),',
      test: [JWTS, 'no route answers a JWT with a session token'],
    },
    {
      guard: 'list-sessions gives handles',
      file: 'src/sessions/use-cases/list-sessions.ts',
      code: 'if (!jwt) return',
      without: 'return',
      test: [JWTS, 'no route answers a JWT with a session token'],
    },
    {
      guard: 'revoke-session accepts the handles',
      file: 'src/sessions/use-cases/revoke-session.ts',
      code: 'jwt ? await this.tokenOf(body.token, { user, session, jwt }) : body.token',
      without: 'body.token',
      test: [JWTS, 'list-sessions gives a JWT handles with which revoke-session ends exactly that session'],
    },
    {
      guard: 'the answer for a JWT is not kept for cookies',
      file: 'src/sessions/use-cases/get-session.ts',
      code: ' || auth.jwt) return',
      without: ') return',
      test: [JWTS, 'the answer that is kept for cookies is not sent for a JWT, nor the other way round'],
    },
    {
      guard: 'routes of plugins give none either',
      file: 'src/features/plugins/without-session-tokens.ts',
      code: 'return changed ? shown : text;',
      without: 'return text;',
      test: [
        'test/features/plugins/plugin-host.test.ts',
        'a client with a JWT gets no session token from a plugin',
      ],
    },
  ],

  'legacy JWTs': [
    {
      guard: 'exp is required',
      file: 'src/legacy/legacy-jwt-verifier.ts',
      code: `throw new errors.JWTClaimValidationFailed('missing "exp" claim', payload, 'exp', 'missing');`,
      without: 'return;',
      test: [LEGACY_JWTS, 'without exp is refused'],
    },
    {
      guard: 'exp has no tolerance',
      file: 'src/legacy/legacy-jwt-verifier.ts',
      code: `if (exp <= now) throw new errors.JWTExpired('"exp" claim timestamp check failed', payload, 'exp');`,
      without: '',
      test: [LEGACY_JWTS, 'that has just expired is refused'],
    },
    {
      guard: 'iat may not be in the future',
      file: 'src/legacy/legacy-jwt-verifier.ts',
      code: 'if (iat !== undefined && iat > now + CLOCK_SKEW)',
      without: 'if (false)',
      test: [LEGACY_JWTS, 'in the future is refused'],
    },
    {
      guard: 'clocks may differ by some seconds',
      file: 'src/legacy/legacy-jwt-verifier.ts',
      code: 'const CLOCK_SKEW = 5;',
      without: 'const CLOCK_SKEW = 0;',
      test: [LEGACY_JWTS, 'in the future is accepted'],
    },
    {
      guard: 'another type or purpose is refused',
      file: 'src/legacy/token-purpose.ts',
      code: 'if (!known.has(plain(textOf(value)))) return { claim, value: textOf(value) };',
      without: '',
      test: [LEGACY_JWTS, 'the purpose of a JWT of the legacy application … is refused'],
    },
    {
      guard: 'so is a scope for one step',
      file: 'src/legacy/token-purpose.ts',
      code: "return value === undefined ? undefined : { claim: 'scope', value };",
      without: 'return undefined;',
      test: [LEGACY_JWTS, 'the purpose of a JWT of the legacy application … is refused'],
    },
    {
      guard: 'a JWT from before the last password change is refused',
      file: 'src/legacy/legacy-token-exchange.ts',
      code: 'if (await this.tokens.isOutdated(userId, issuedAt, manager)) return undefined;',
      without: '',
      test: [LEGACY_JWTS, 'a JWT that was issued before … is refused, and a newer one is accepted'],
    },
    {
      guard: 'also one that was exchanged for a session',
      file: 'src/legacy/legacy-tokens.store.ts',
      code: " and not ${isBefore('$2', 'c.password_changed_at')}",
      without: '',
      test: [LEGACY_JWTS, 'is refused even if it was exchanged for a session'],
    },
    {
      guard: 'a JWT from before the last revocation is refused',
      file: 'src/legacy/legacy-tokens.store.ts',
      code: 'greatest(c.password_changed_at, c.revoked_at)',
      without: 'c.password_changed_at',
      test: [LEGACY_JWTS, 'a JWT that was issued before … is refused, and a newer one is accepted'],
    },
    {
      guard: 'password changes of the legacy application count',
      file: 'migrations/helpers/1763906500000-token-cutoffs.ts',
      code: "body: note('new.id'),",
      without: "body: '',",
      test: [LEGACY_JWTS, 'a JWT that was issued before … is refused, and a newer one is accepted'],
    },
    {
      guard: 'password changes here and in Better Auth count',
      file: 'migrations/helpers/1763906500000-token-cutoffs.ts',
      code: "body: note('new.user_id'),",
      without: "body: '',",
      test: [LEGACY_JWTS, 'a JWT that was issued before … is refused, and a newer one is accepted'],
    },
    {
      guard: 'a new hash of the same password is no change',
      file: 'migrations/helpers/1763906500000-token-cutoffs.ts',
      code: ' and ${NOT_REHASHED}',
      without: '',
      test: [LEGACY_JWTS, 'a new hash of the same password makes no difference'],
    },
    {
      guard: 'HS384 and HS512 are accepted',
      file: 'src/legacy/legacy-jwt-verifier.ts',
      code: "['HS256', 'HS384', 'HS512']",
      without: "['HS256']",
      test: [
        'test/sessions/legacy-token-exchange.test.ts',
        'opens get-session and guarded routes, and creates one session',
      ],
    },
    {
      guard: 'the secret may not be one of this server',
      file: 'src/config/secret-faults.ts',
      code: 'if (shared) {',
      without: 'if (false) {',
      test: ['test/config/secret-faults.test.ts', 'of the legacy application may not be one of this server'],
    },
    {
      guard: 'nor a published default',
      file: 'src/config/secret-faults.ts',
      code: 'PUBLISHED.has(plain.toLowerCase())',
      without: 'false',
      test: ['test/config/secret-faults.test.ts', 'may not be the published example'],
    },
    {
      guard: 'nor words of which examples are made',
      file: 'src/config/secret-faults.ts',
      code: ' || isPlaceholder(plain)',
      without: '',
      test: ['test/config/secret-faults.test.ts', 'may not be the published example'],
    },
    {
      guard: 'nor one repeated letter',
      file: 'src/config/secret-faults.ts',
      code: "if (/^(.)\\1*$/su.test(plain)) return 'repeats one character';",
      without: '',
      test: ['test/config/secret-faults.test.ts', 'may not repeat one character'],
    },
    {
      guard: 'the server does not start with such a secret',
      file: 'src/config/config.ts',
      code: '    ...secretFaults(values),\n',
      without: '',
      test: [
        'test/config/config.test.ts',
        'a secret that others know, or that serves two purposes, stops the start',
      ],
    },
  ],

  'size of requests': [
    {
      guard: 'chunks are merged when they arrive',
      file: 'src/http/read-body.ts',
      code: 'chunk.copy(buffer, length);',
      without:
        'chunk.copy(buffer, length);\n    ((message as unknown as { kept: Buffer[] }).kept ??= []).push(chunk);',
      test: [SIZES, 'a body in chunks of one byte needs little more memory than its bytes'],
    },
    {
      guard: 'a body has at most BODY_LIMIT bytes',
      file: 'src/http/read-body.ts',
      code: 'if (needed > limit) return end(() => refuse(message, done));',
      without: '',
      test: [SIZES, 'a body longer than BODY_LIMIT gets 413'],
    },
    {
      guard: 'a route that needs little takes little',
      file: 'src/http/body-parser.ts',
      code: 'shortBody ? Math.min(SHORT_BODY, limits.body) : limits.body',
      without: 'limits.body',
      test: [SIZES, 'a route that needs little takes at most 32 KiB'],
    },
    {
      guard: 'JSON has a most number of levels',
      file: 'src/http/body-parser.ts',
      code: 'if (isDeep(body))',
      without: 'if (false)',
      test: [SIZES, 'JSON with more than 50 levels gets 400'],
    },
    {
      guard: 'so have headers',
      file: 'src/http/header-limits.ts',
      code: 'rawHeaders.length <= 2 * MOST_HEADERS',
      without: 'true',
      test: [SIZES, 'a request with more than 100 headers gets 431'],
    },
    {
      guard: 'and cookies',
      file: 'src/http/header-limits.ts',
      code: "countCookies(headers.cookie ?? '') <= MOST_COOKIES",
      without: 'true',
      test: [SIZES, 'a request with more than 200 cookies gets 431'],
    },
  ],

  'length of texts, caches and headers': [
    {
      guard: 'a user agent is cut',
      file: 'src/http/client.ts',
      code: '.slice(0, LONGEST_USER_AGENT)',
      without: '',
      test: ['test/security/long-texts.test.ts', 'a session keeps the first 512 characters of a user agent'],
    },
    {
      guard: 'junk cookies are not all expired',
      file: 'src/cookies/chunks.ts',
      code: '.slice(0, MOST_CARRIED)',
      without: '',
      test: [SIZES, 'a request with more than 200 cookies gets 431'],
    },
    {
      guard: 'every text has a most length',
      file: 'src/http/fields.ts',
      code: "typeof value === 'string' && value.length > most",
      without: 'false',
      test: [TEXTS, 'is refused, by sign-up and by update-user'],
    },
    {
      guard: 'a list has a most length',
      file: 'src/http/fields.ts',
      code: 'if (value.length > MOST_ENTRIES)',
      without: 'if (false)',
      test: [TEXTS, 'a long … is refused'],
    },
    {
      guard: 'so has an object with any keys',
      file: 'src/http/fields.ts',
      code: 'if (JSON.stringify(value).length > LONGEST_RECORD)',
      without: 'if (false)',
      test: [TEXTS, 'a long … is refused'],
    },
    {
      guard: 'and an additional field',
      file: 'src/additional-fields/additional-input.ts',
      code: ' ?? tooLong(field, given)',
      without: '',
      test: ['test/additional-fields/additional-fields.test.ts', 'refuses sign-up if … a text is too long'],
    },
    {
      guard: 'a JWT that is too long is not in a header',
      file: 'src/features/jwt/set-auth-jwt.ts',
      code: ' || issued.jwt.length > LONGEST_HEADER',
      without: '',
      test: [TEXTS, 'a user with a picture of 8 KB works, and no header is longer than 4 KB'],
    },
    {
      guard: 'neither is a long URL of a provider',
      file: 'src/http/answer-writer.ts',
      code: 'if (location && locationOf(location).length <= LONGEST_HEADER)',
      without: 'if (location)',
      test: [TEXTS, 'a long URL of a provider is in the body alone'],
    },
    {
      guard: 'a redirect has only the beginning of a long error',
      file: 'src/social/callback-errors.ts',
      code: 'description.slice(0, LONGEST_DESCRIPTION)',
      without: 'description',
      test: [TEXTS, 'a redirect repeats only the beginning of a long error'],
    },
    {
      guard: 'too much session data is in no cookie',
      file: 'src/cookies/chunks.ts',
      code: 'if (value.length > LONGEST_CHUNKED || count === Infinity) return [];',
      without: '',
      test: [TEXTS, 'a user whose row has too much for cookies still works'],
    },
    {
      guard: 'the session cache keeps no long session',
      file: 'src/sessions/cache/session-cache.ts',
      code: 'if (sizeOf(stored) > LARGEST) return;',
      without: '',
      test: [TEXTS, 'the session cache keeps only sessions with little text'],
    },
    {
      guard: 'no long answer is kept for later',
      file: 'src/http/repeated/repeated-answers.ts',
      code: "if (key.length + repeatable.answer.text.length + lines.join('').length > LARGEST) return;",
      without: '',
      test: [
        'test/security/repeated-answers.test.ts',
        'an answer is kept for later only if the cookies of its request are short',
      ],
    },
    {
      guard: 'no answer repeats a long Origin',
      file: 'src/http/cors.ts',
      code: 'if (origin.length > 512) return false;',
      without: '',
      test: [TEXTS, 'the preflight and the answers do not repeat long headers of the request'],
    },
    {
      guard: 'a preflight does not repeat a long list of headers',
      file: 'src/http/cors.ts',
      code: '.slice(0, LONGEST_LIST)',
      without: '',
      test: [TEXTS, 'the preflight and the answers do not repeat long headers of the request'],
    },
  ],

  'time limits and connections': [
    {
      guard: 'headers must arrive in time',
      file: 'src/http/http-server.ts',
      code: 'headersTimeout: Math.min(headersTimeout, requestTimeout) * 1000,',
      without: '',
      test: [SLOW, 'headers that arrive too slowly get 408'],
    },
    {
      guard: 'so must bodies',
      file: 'src/http/http-server.ts',
      code: 'requestTimeout: requestTimeout * 1000,',
      without: '',
      test: [SLOW, 'a body that arrives too slowly gets 408'],
    },
    {
      guard: 'idle connections are closed',
      file: 'src/http/http-server.ts',
      code: 'keepAliveTimeout: keepAliveTimeout * 1000,',
      without: 'keepAliveTimeout: 72_000,',
      test: [SLOW, 'an idle connection is closed after its answer'],
    },
    {
      guard: 'one client has a most number of connections',
      file: 'src/http/http-server.ts',
      code: 'limitClients(server, limits.connectionsPerClient, proxies);',
      without: '',
      test: [SLOW, 'one address gets no more connections than allowed'],
    },
    {
      guard: 'so have all clients together',
      file: 'src/http/http-server.ts',
      code: 'server.maxConnections = limits.maxConnections;',
      without: '',
      test: [SLOW, 'the process gets no more connections than allowed'],
    },
  ],

  'patterns in linear time': [
    {
      guard: 'patterns of origins',
      file: 'src/http/glob.ts',
      code: 'return new Glob(stepsOf(pattern));',
      without: `return {
      matches: (text: string) =>
        new RegExp(\`^\${pattern.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}$\`).test(text),
    } as unknown as Glob;`,
      test: ['test/http/glob.test.ts', 'a million characters do not stop the server'],
    },
    {
      guard: 'the e-mail check',
      file: 'src/http/email-address.ts',
      code: '@([A-Za-z0-9][A-Za-z0-9-]*\\.)+',
      without: '@([A-Za-z0-9][A-Za-z0-9-.]*\\.)+',
      test: ['test/http/email-address.test.ts', 'in less than 1 s'],
    },
    {
      guard: 'the language header',
      file: 'src/mail/accept-language.ts',
      code: '(?:\\s*;\\s*q=',
      without: '\\s*(?:\\s*;\\s*q=',
      test: ['test/mail/accept-language.test.ts', 'a million spaces do not stop the server'],
    },
  ],

  redirects: [
    {
      guard: 'a path that becomes another host is refused',
      file: 'src/http/trusted-origins.ts',
      code: " && !pathname.startsWith('//');",
      without: ';',
      test: [REDIRECTS, 'no mailed link redirects to'],
    },
    {
      guard: 'mailed links are checked',
      file: 'src/http/callback.guard.ts',
      code: "throw forbidden('INVALID_CALLBACK_URL');",
      without: '',
      test: [REDIRECTS, 'no mailed link redirects to'],
    },
    {
      guard: 'so are all targets in bodies',
      file: 'src/http/origin.guard.ts',
      code: 'if (!isTrustedRedirect(target, originsOf(request, config))) throw forbidden(code);',
      without: '',
      test: [REDIRECTS, 'no route takes'],
    },
    {
      guard: 'code is refused behind a host wildcard',
      file: 'src/http/trusted-origins.ts',
      code: 'if (url && CODE.test(url.protocol)) return false;',
      without: '',
      test: [REDIRECTS, 'no route takes'],
    },
    {
      guard: 'a target with an error is checked in the form that is sent',
      file: 'src/http/with-query.ts',
      code: "if (isPath && (url.origin !== BASE || url.pathname.startsWith('//'))) return undefined;",
      without: '',
      test: ['test/http/with-query.test.ts', 'returns undefined for the invalid target'],
    },
  ],

  'a bad provider': [
    {
      guard: 'a state belongs to one provider',
      file: 'src/social/callback-completion.ts',
      code: 'if (providerId !== undefined && providerId !== provider.id)',
      without: 'if (false)',
      test: [PROVIDERS, 'a sign-in that begins at … cannot finish at'],
    },
    {
      guard: 'a client cannot name the provider of the state',
      file: 'src/social/authorization.ts',
      code: '      providerId: provider.id,\n    };',
      without: '      providerId: provider.id,\n      ...request.additionalData,\n    };',
      test: [PROVIDERS, 'additionalData of the client cannot name the provider'],
    },
    {
      guard: 'the issuer of an answer is compared',
      file: 'src/social/callback-completion.ts',
      code: 'if (iss && provider.issuer && iss !== provider.issuer)',
      without: 'if (false)',
      test: [PROVIDERS, 'is compared for an error too, before the error page learns of it'],
    },
    {
      guard: 'and must be there if the provider always names it',
      file: 'src/social/callback-completion.ts',
      code: 'if (!iss && provider.namesIssuer)',
      without: 'if (false)',
      test: [PROVIDERS, 'must be there if the provider says that it always is'],
    },
    {
      guard: 'addresses are compared without folding Unicode',
      file: 'src/network/lower-case-address.ts',
      code: 'return email.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());',
      without: 'return email.toLowerCase();',
      test: [PROVIDERS, 'e-mail addresses that only Unicode makes equal'],
    },
    {
      guard: 'an answer has a most length, and the request ends',
      file: 'src/providers/outgoing-requests.ts',
      code: '    if (length > limit) throw tooLong();',
      without: '',
      test: [PROVIDERS, 'is cut off after 1 MiB, and the request ends'],
    },
    {
      guard: 'an answer that is too late ends its request',
      file: 'src/providers/time-limit.ts',
      code: 'ending.abort();',
      without: '',
      test: [PROVIDERS, 'that does not come in time ends the request'],
    },
    {
      guard: 'no redirect to another origin is followed',
      file: 'src/providers/outgoing-requests.ts',
      code: "if (!isSame || redirects === MOST_REDIRECTS) throw new UnusableAnswer('it redirects to another address');",
      without: '',
      test: [PROVIDERS, 'does not redirect the server into the network of the operator'],
    },
  ],

  enumeration: [
    {
      guard: 'a hash is computed for nobody too',
      file: 'src/accounts/use-cases/sign-in-email.ts',
      code: 'await this.matching(found, body, client);',
      without: 'found.length === 0 ? undefined : await this.matching(found, body, client);',
      test: [ENUMERATION, 'a refused sign-in costs one hash of the same rounds'],
    },
    {
      guard: 'a cheap hash costs as much',
      file: 'src/crypto/password/even-verifier.ts',
      code: 'rounds += await this.#spend(this.#dummyRounds * repetitions - rounds);',
      without: '',
      test: [ENUMERATION, 'a refused sign-in costs one hash of the same rounds'],
    },
    {
      guard: 'a costly hash is as slow as the others',
      file: 'src/crypto/password/even-verifier.ts',
      code: 'const pause = Math.min(LONGEST_PAUSE, missing * this.#pace);',
      without: 'const pause = 0 * missing;',
      test: [ENUMERATION, 'if a costlier hash is stored, the refusal for others takes as long'],
    },
    {
      guard: 'addresses that cannot be stored are malformed',
      file: 'src/accounts/use-cases/sign-in-email.ts',
      code: "if (!isEmailAddress(email)) throw badRequest('INVALID_EMAIL');",
      without: '',
      test: [ENUMERATION, 'sign-in/email … answers to odd addresses as to any that is malformed'],
    },
    {
      guard: 'half surrogate pairs reach no mail of a known user',
      file: 'src/http/encode-parameter.ts',
      code: ".replaceAll(/\\p{Surrogate}/gu, '\\ufffd')",
      without: '',
      test: [ENUMERATION, 'answers to odd other fields as for an unknown address'],
    },
    {
      guard: 'request-password-reset takes a while',
      file: 'src/accounts/use-cases/request-password-reset.ts',
      code: 'await atLeast(FLOOR, this.sendToKnown(body, language));',
      without: 'await this.sendToKnown(body, language);',
      test: [ENUMERATION, 'requests that mail take a while, for unknown addresses too'],
    },
    {
      guard: 'change-email does too',
      file: 'src/accounts/use-cases/change-email.ts',
      code: 'return atLeast(FLOOR, atOnce ? this.changeAtOnce(user, client, link) : this.mailLink(user, link));',
      without: 'return atOnce ? this.changeAtOnce(user, client, link) : this.mailLink(user, link);',
      test: [ENUMERATION, 'requests that mail take a while, for unknown addresses too'],
    },
    {
      guard: 'send-verification-email does too',
      file: 'src/accounts/use-cases/send-verification-email.ts',
      code: 'await atLeast(FLOOR, this.sendToUnverified(body, language));',
      without: 'await this.sendToUnverified(body, language);',
      test: [ENUMERATION, 'requests that mail take a while, for unknown addresses too'],
    },
    {
      guard: 'metrics have no text of a client',
      file: 'src/accounts/use-cases/sign-in-email.ts',
      code: "const attempt: SignInAttempt = { method: 'email', client };",
      without: 'const attempt: SignInAttempt = { method: body.email, client };',
      test: [ENUMERATION, 'neither metrics nor log name an address, also after refusals'],
    },
  ],

  lockout: [
    {
      guard: 'every comparison asks the gates',
      file: 'src/accounts/password-check.ts',
      code: 'await this.gates.admit(attempt);',
      without: '',
      test: [LOCKOUT, 'answers 429 to the right one too, and hashes nothing'],
    },
    {
      guard: 'verify-password too',
      file: 'src/accounts/use-cases/verify-password.ts',
      code: 'await this.check.isRight(user, { stored, password, client })',
      without: "((await this.check['passwords'].compare([stored.hash], password, client)) !== undefined)",
      test: [LOCKOUT, 'refuses after too many wrong passwords'],
    },
    {
      guard: 'parallel guesses are counted before they are compared',
      file: 'src/lockout/guesses.store.ts',
      code: 'where g.locked_until is null or g.locked_until <= now()',
      without: '',
      test: [LOCKOUT, 'parallel guesses do not get past the count'],
    },
    {
      guard: 'each wrong password doubles the wait',
      file: 'src/lockout/guesses.store.ts',
      code: '$3::integer * 2 ^ least(g.failures + 1 - $2::integer, 20)',
      without: '$3::integer',
      test: [LOCKOUT, 'each further wrong password doubles the wait'],
    },
    {
      guard: 'each network has a count of its own',
      file: 'src/lockout/lockout.gate.ts',
      code: 'own: idOf(client.network)',
      without: "own: idOf('')",
      test: [LOCKOUT, 'another network can sign in, also one that is new'],
    },
    {
      guard: 'many networks share a count',
      file: 'src/lockout/lockout.gate.ts',
      code: 'if (all.wait === 0) return undefined;',
      without: 'return undefined;',
      test: [LOCKOUT, 'guesses from many networks … are refused in every network but those'],
    },
    {
      guard: 'the owner’s own networks stay open',
      file: 'src/lockout/lockout.gate.ts',
      code: 'if (own.trusted) return undefined;',
      without: '',
      test: [LOCKOUT, 'guesses from many networks … are refused in every network but those'],
    },
    {
      guard: 'the owner gets a mail',
      file: 'src/lockout/lockout.gate.ts',
      code: "if (outcome === 'wrong') return this.tellOwner(attempt, ids);",
      without: "if (outcome === 'wrong') return;",
      test: [LOCKOUT, 'the owner gets one mail, and nobody else does'],
    },
    {
      guard: 'but only one a day',
      file: 'src/lockout/guesses.store.ts',
      code: "where g.mailed_at is null or g.mailed_at < now() - interval '1 day'",
      without: '',
      test: [LOCKOUT, 'the owner gets one mail, and nobody else does'],
    },
    {
      guard: 'passwords for routes of plugins count',
      file: 'src/features/plugins/host-passwords.ts',
      code: 'const isRight = (await this.check.find(attempt, [{ hash: stored }], password)) !== undefined;',
      without: 'const isRight = attempt && (await this.passwords.compare([stored], password)) !== undefined;',
      test: ['test/features/plugins/plugin-host.test.ts', 'with LOCKOUT_ENABLED … wrong passwords'],
    },
  ],

  'rate limits': [
    {
      guard: 'all tokens of a route share one count',
      file: 'src/rate-limits/rate-limit-rules.ts',
      code: "route?.includes(':') && fixed?.pattern !== path ? route : path;",
      without: 'path;',
      test: [RATES, 'all tokens of reset-password share one count'],
    },
    {
      guard: 'without a header the address of the connection counts',
      file: 'src/http/client-ip.ts',
      code: "hop ?? parseIp(socket.remoteAddress ?? '')",
      without: 'hop',
      test: [RATES, 'the address of the connection counts if there is no header'],
    },
    {
      guard: 'of a list of hops the last one counts',
      file: 'src/http/client-ip.ts',
      code: "hop ?? parseIp(socket.remoteAddress ?? '');",
      without: "parseIp(socket.remoteAddress ?? '');",
      test: [RATES, 'clients without a header do not share a count with others'],
    },
    {
      guard: 'a proxy that is not declared is logged',
      file: 'src/rate-limits/rate-limiter.ts',
      code: '    this.warnOfProxy(raw.headers);',
      without: '',
      test: [RATES, 'a proxy that is not declared is logged once'],
    },
    {
      guard: 'but only once',
      file: 'src/rate-limits/rate-limiter.ts',
      code: 'this.warnedOfProxy = true;',
      without: '',
      test: [RATES, 'a proxy that is not declared is logged once'],
    },
    {
      guard: 'ports and brackets are parsed',
      file: 'src/network/ip-address.ts',
      code: '(?::\\d{1,5})?$/',
      without: '$/',
      test: ['test/http/client-ip.test.ts', 'ignores the port and the brackets that some proxies write'],
    },
    {
      guard: 'one client cannot fill the hash queue',
      file: 'src/crypto/password/password-queue.ts',
      code: 'if (tasks.length < own + 2) throw full;',
      without: 'if (tasks.length >= own) throw full;',
      test: [RATES, 'a client that floods sign-in does not shut out others'],
    },
  ],

  'time of a refused sign-in': [
    {
      guard: 'an unknown phone number costs a hash',
      file: 'src/features/plugins/hosted-routes.ts',
      code: 'if (response.status === 401) await this.passwords.evenOut(call);',
      without: '',
      test: ['test/security/plugins.test.ts', 'a refused sign-in with a plugin costs one hash'],
    },
  ],

  'breached and obvious passwords': [
    {
      guard: 'new passwords pass the rules',
      file: 'src/accounts/passwords.ts',
      code: 'if (refusal) throw refusal;',
      without: '',
      test: [RULES, 'refuses a breached password'],
    },
    {
      guard: 'a breached one is refused',
      file: 'src/password-rules/breach.rule.ts',
      code: 'suffixes?.has(digest.slice(PREFIX))',
      without: 'false',
      test: [RULES, 'refuses a breached password'],
    },
    {
      guard: 'the service learns only 5 digits',
      file: 'src/password-rules/breach.rule.ts',
      code: 'await this.suffixesFor(digest.slice(0, PREFIX))',
      without: 'await this.suffixesFor(digest)',
      test: [RULES, 'the service learns 5 digits of the SHA-1 and nothing else'],
    },
    {
      guard: 'a service that does not answer is skipped',
      file: 'src/password-rules/breach.rule.ts',
      code: 'signal: AbortSignal.timeout(this.settings.breachTimeout * 1000),',
      without: '',
      test: [RULES, 'accepts the password and says so once'],
    },
    {
      guard: 'common ones are refused',
      file: 'src/password-rules/obvious.rule.ts',
      code: 'COMMON_PASSWORDS.has(plain) ||',
      without: '',
      test: [RULES, 'a common password that ends with digits'],
    },
    {
      guard: 'so are common words with a number',
      file: 'src/password-rules/obvious.rule.ts',
      code: 'COMMON_PASSWORDS.has(withoutEnding(plain)) ||',
      without: '',
      test: [RULES, 'a common word and a year'],
    },
    {
      guard: 'the user’s own e-mail and name are refused',
      file: 'src/password-rules/obvious.rule.ts',
      code: 'this.namesOf(owner).some((name) => isPersonal(plain, name))',
      without: 'false',
      test: [RULES, 'refuses'],
    },
  ],

  'mails to the owner': [
    {
      guard: 'password changed',
      file: 'src/accounts/use-cases/change-password.ts',
      code: "await this.notices.send({ kind: 'password-changed', user, client }, manager);",
      without: '',
      test: [NOTICES, 'when the password changes, and none when the change fails'],
    },
    {
      guard: 'password reset',
      file: 'src/accounts/password-reset.ts',
      code: "await this.notices.send({ kind: 'password-changed', user, client }, manager);",
      without: '',
      test: [NOTICES, 'when the password is reset'],
    },
    {
      guard: 'e-mail changed, to both addresses',
      file: 'src/accounts/email-writer.ts',
      code: 'for (const to of [old.email, changed.email])',
      without: 'for (const to of [changed.email])',
      test: [NOTICES, 'at the old and the new address when the e-mail changes'],
    },
    {
      guard: 'provider linked at a sign-in',
      file: 'src/social/implicit-linking.ts',
      code: '    await this.tell(user, identity, client, manager);',
      without: '',
      test: [NOTICES, 'when a provider is linked, by the user or at a sign-in'],
    },
    {
      guard: 'provider linked by the user',
      file: 'src/social/explicit-linking.ts',
      code: 'if (user) await this.implicit.tell(user, identity, client, manager);',
      without: '',
      test: [NOTICES, 'when a provider is linked, by the user or at a sign-in'],
    },
    {
      guard: 'new device',
      file: 'src/sessions/use-cases/create-session.ts',
      code: 'await this.newDevice.send(session, client, manager);',
      without: '',
      test: [NOTICES, 'causes one mail, the next one causes none'],
    },
    {
      guard: 'second factor switched on or off',
      file: 'src/features/plugins/host-rows.ts',
      code: 'await this.notices.send({ kind, user, client: call.request.client }, await this.database.manager());',
      without: '',
      test: [PLUGINS, 'the owner gets a mail when the second factor is switched on and off'],
    },
    {
      guard: 'new device that signs in through a plugin',
      file: 'src/features/plugins/host-rows.ts',
      code: 'await this.createSession.follow(session, call.request.client, await this.database.manager());',
      without: '',
      test: [PLUGINS, 'the owner gets a mail when a new device signs in through a plugin'],
    },
    {
      guard: 'only one for a sign-in with a second factor',
      file: 'src/features/plugins/host-rows.ts',
      code: ' || call.request.url.startsWith(REPLACING)',
      without: '',
      test: [PLUGINS, 'a sign-in with a second factor causes one mail about a new device'],
    },
    {
      guard: 'each kind can be switched off',
      file: 'src/notices/owner-notices.ts',
      code: 'return enabled && !off.includes(kind);',
      without: 'return enabled;',
      test: [NOTICES, 'each kind can be switched off'],
    },
    {
      guard: 'a device cannot write its own text',
      file: 'src/notices/owner-notices.ts',
      code: 'device: deviceName(client.userAgent),',
      without: 'device: client.userAgent,',
      test: [NOTICES, 'cannot write its own text into the mail'],
    },
  ],

  'password resets and pre-registered accounts': [
    {
      guard: 'a reset ends all sessions',
      file: 'src/accounts/password-reset.ts',
      code: 'if (this.config.emailAndPassword.revokeSessionsOnPasswordReset) {',
      without: 'if (false) {',
      test: [CLAIMED, 'keeps linked accounts when resetting the password of a verified address'],
    },
    {
      guard: 'it is on under strict',
      file: 'src/config/options.ts',
      code: "'emailAndPassword.revokeSessionsOnPasswordReset': guarded(flag, { compatible: false, strict: true }),",
      without:
        "'emailAndPassword.revokeSessionsOnPasswordReset': guarded(flag, { compatible: false, strict: false }),",
      test: [CLAIMED, 'keeps linked accounts when resetting the password of a verified address'],
    },
    {
      guard: 'the first proof ends the sessions from before',
      file: 'src/accounts/pre-registration.ts',
      code: 'await this.sessions.deleteAllOf(id, manager);',
      without: '',
      test: [CLAIMED, 'the password, sessions and linked accounts of the other are gone'],
    },
    {
      guard: 'and linked accounts',
      file: 'src/accounts/pre-registration.ts',
      code: 'await this.accounts.deleteProvidersOf(id, manager);',
      without: '',
      test: [CLAIMED, 'the password, sessions and linked accounts of the other are gone'],
    },
    {
      guard: 'and the password',
      file: 'src/accounts/pre-registration.ts',
      code: "if ('hash' in proof) return;",
      without: 'return;',
      test: [CLAIMED, 'the password, sessions and linked accounts of the other are gone'],
    },
    {
      guard: 'and mailed tokens',
      file: 'src/accounts/pre-registration.ts',
      code: 'await this.verifications.deleteOf(id, manager);',
      without: '',
      test: [CLAIMED, 'a token that went to an earlier address is refused'],
    },
    {
      guard: 'and changes of the e-mail',
      file: 'src/accounts/email-change.ts',
      code: "if (await this.preRegistration.refuses(claims.userId, claims.iat)) throw unauthorized('INVALID_TOKEN');",
      without: '',
      test: [CLAIMED, 'a change of the e-mail that was under way is refused'],
    },
    {
      guard: 'a link opened by a stranger is such a proof',
      file: 'src/accounts/email-proof.ts',
      code: 'if (!isSamePerson) await this.preRegistration.end(user, { client }, manager);',
      without: '',
      test: [CLAIMED, 'opens the verification link of a sign-up without a session, the password is gone'],
    },
    {
      guard: 'so is a reset',
      file: 'src/accounts/password-reset.ts',
      code: 'await this.preRegistration.end(user, { hash }, manager);',
      without: '',
      test: [CLAIMED, 'the password, sessions and linked accounts of the other are gone'],
    },
    {
      guard: 'so is a provider that verified the address',
      file: 'src/social/implicit-linking.ts',
      code: 'if (isProven) await this.preRegistration.end(user, { client }, manager);',
      without: '',
      test: [CLAIMED, 'the password, sessions and linked accounts of the other are gone'],
    },
    {
      guard: 'a link cannot move a stranger’s account to the address',
      file: 'src/accounts/email-change.ts',
      code: "if (!auth && this.preRegistration.coversLinks) throw unauthorized('INVALID_USER');",
      without: '',
      test: [CLAIMED, 'opens a link that would move a stranger’s account to the address, nothing happens'],
    },
    {
      guard: 'a sign-in that is about to commit loses its session',
      file: 'src/accounts/pre-registration.ts',
      code: 'await this.accounts.lockAllOf(id, manager);',
      without: '',
      test: [CLAIMED, 'a sign-in with the earlier password that commits during the proof loses its session'],
    },
  ],

  'limits of sessions': [
    {
      guard: 'a most number of sessions',
      file: 'src/sessions/use-cases/create-session.ts',
      code: 'if (maxPerUser !== undefined) await this.sessions.deleteOldest(session, maxPerUser, manager);',
      without: '',
      test: [LIMITS, 'end the oldest session with a further sign-in, and no session of others'],
    },
    {
      guard: 'for sessions that a plugin begins too',
      file: 'src/features/plugins/host-rows.ts',
      code: 'after: (session) => this.follow(session),',
      without: '',
      test: [PLUGINS, 'sessions that a plugin begins count for the most sessions of a user'],
    },
    {
      guard: 'for simultaneous sign-ins too',
      file: 'src/sessions/sessions.store.ts',
      code: 'await this.prepared.rows(lockUser, [userId], manager);',
      without: '',
      test: [LIMITS, 'hold for two sign-ins that insert before either deletes'],
    },
    {
      guard: 'absolute lifetime',
      file: 'src/sessions/current/limits.ts',
      code: 'return absolute === undefined ? Infinity : createdAt.getTime() + absolute * 1000;',
      without: 'return absolute === undefined ? Infinity : createdAt.getTime() + absolute * Infinity;',
      test: [LIMITS, 'ends a session that is in use, on every route and for its JWT'],
    },
    {
      guard: 'idle lifetime',
      file: 'src/sessions/current/limits.ts',
      code: 'return Math.min(session.expiresAt.getTime(), lastEnd(session, limits), idleEnd);',
      without: 'return Math.min(session.expiresAt.getTime(), lastEnd(session, limits), idleEnd * Infinity);',
      test: [LIMITS, 'ends a session that nobody used, and only that one'],
    },
    {
      guard: 'the cookie cache knows the limits',
      file: 'src/sessions/current/current-session.ts',
      code: '!described || !this.mayAnswer(described)',
      without: '!described',
      test: [LIMITS, 'the session data cookie does not outlive'],
    },
    {
      guard: 'the use of a session is recorded, also behind repeated answers',
      file: 'src/sessions/current/judge.ts',
      code: 'until: Math.min(end, dueAt, unrecordedAt),',
      without: 'until: Math.min(session.expiresAt.getTime(), dueAt),',
      test: [LIMITS, 'repeated answers do not hide the use of a session'],
    },
  ],

  SECURITY_PROFILE: [
    {
      guard: 'strict limits sessions',
      file: 'src/config/session-limits.ts',
      code: "values.SECURITY_PROFILE === 'strict' ? strict : 0",
      without: '0',
      test: [LIMITS, 'strict sets 20 sessions, 30 days and 3 days'],
    },
    {
      guard: 'compatible does not',
      file: 'src/config/session-limits.ts',
      code: "(values.SECURITY_PROFILE === 'strict' ? strict : 0)",
      without: 'strict',
      test: [LIMITS, 'compatible sets none'],
    },
    {
      guard: 'strict locks out',
      file: 'src/config/password-settings.ts',
      code: "values.LOCKOUT_ENABLED ?? values.SECURITY_PROFILE === 'strict'",
      without: 'values.LOCKOUT_ENABLED ?? false',
      test: [LOCKOUT, 'whether the sixth wrong password is refused'],
    },
    {
      guard: 'strict refuses obvious passwords',
      file: 'src/config/password-settings.ts',
      code: 'values.PASSWORD_OBVIOUS_CHECK ?? strict',
      without: 'values.PASSWORD_OBVIOUS_CHECK ?? false',
      test: [RULES, 'a common password'],
    },
    {
      guard: 'strict refuses breached passwords',
      file: 'src/config/password-settings.ts',
      code: 'values.PASSWORD_BREACH_CHECK ?? strict',
      without: 'values.PASSWORD_BREACH_CHECK ?? false',
      test: [RULES, 'refuses a breached password'],
    },
    {
      guard: 'compatible does not',
      file: 'src/config/password-settings.ts',
      code: 'values.PASSWORD_BREACH_CHECK ?? strict',
      without: 'values.PASSWORD_BREACH_CHECK ?? true',
      test: [RULES, 'by default, checks nothing'],
    },
    {
      guard: 'strict sends mails to the owner',
      file: 'src/config/config.ts',
      code: "values.OWNER_NOTICES ?? values.SECURITY_PROFILE === 'strict'",
      without: 'values.OWNER_NOTICES ?? false',
      test: [NOTICES, 'strict sends all'],
    },
    {
      guard: 'strict covers pre-registered accounts',
      file: 'src/config/config.ts',
      code: "(values.SECURITY_PROFILE === 'strict' ? 'all' : 'none')",
      without: "'none'",
      test: [CLAIMED, 'PREREGISTRATION_PROTECTION … is all under strict'],
    },
  ],

  'what is shown': [
    {
      guard: '/docs is closed in production',
      file: 'src/config/exposure.ts',
      code: 'values.DOCS_ENABLED ?? development',
      without: 'values.DOCS_ENABLED ?? true',
      test: [SHOWN, 'in production the documentation and the metrics answer like a path that does not exist'],
    },
    {
      guard: '/metrics is closed in production',
      file: 'src/config/exposure.ts',
      code: '(values.METRICS_ENABLED ?? development)',
      without: '(values.METRICS_ENABLED ?? true)',
      test: [SHOWN, 'in production the documentation and the metrics answer like a path that does not exist'],
    },
    {
      guard: 'METRICS_PORT moves /metrics away',
      file: 'src/config/exposure.ts',
      code: 'port === undefined && (',
      without: '(',
      test: [SHOWN, 'with METRICS_PORT'],
    },
    {
      guard: 'METRICS_PORT moves /health away',
      file: 'src/health/health.module.ts',
      code: '...(metrics.port === undefined ? [HealthController] : []),',
      without: 'HealthController,',
      test: [SHOWN, 'with METRICS_PORT'],
    },
    {
      guard: 'no cache keeps a token',
      file: 'src/http/no-store.ts',
      code: "void reply.header('cache-control', 'no-store');",
      without: '{}',
      test: ['test/http/no-store.test.ts', 'no answer that contains a token may be stored'],
    },
    {
      guard: 'production prints no mails',
      file: 'src/config/exposure.ts',
      code: 'mailsInLog: development && !isPublic(origin),',
      without: 'mailsInLog: !isPublic(origin),',
      test: ['test/config/exposure.test.ts', 'in production: no warning and no mails in the log'],
    },
    {
      guard: 'the log has routes and not URLs',
      file: 'src/logging/request-log.ts',
      code: "route: request.routeOptions.url ?? 'unknown',",
      without: 'route: request.url,',
      test: [
        'test/logging/production.test.ts',
        'in production nothing secret is printed while everything is used',
      ],
    },
    {
      guard: 'a public https address without production warns',
      file: 'src/config/config.ts',
      code: '      ...exposureWarnings(values, settings.origin),\n',
      without: '',
      test: [
        'test/logging/production.test.ts',
        'a public https address without NODE_ENV=production warns at the start',
      ],
    },
    {
      guard: 'and its log has no links',
      file: 'src/config/exposure.ts',
      code: 'mailsInLog: development && !isPublic(origin),',
      without: 'mailsInLog: development,',
      test: [
        'test/logging/production.test.ts',
        'a public https address without NODE_ENV=production warns at the start',
      ],
    },
    {
      guard: 'npm start listens on this machine only',
      file: 'src/local/local-server.ts',
      code: "{ ...environment, HOST: '127.0.0.1' }",
      without: 'environment',
      test: ['test/local/start.test.ts', 'serves with it and listens on this machine only'],
    },
  ],

  'proof that lasts': [
    {
      guard: 'the fuzzer finds a 500',
      file: 'src/http/input.guard.ts',
      code: "if (typeName(body) !== 'object') {",
      without: 'if (false) {',
      test: ['test/security/fuzz.test.ts', 'every request gets an answer, and none a 500, a secret'],
    },
    {
      guard: 'the fuzzer finds a missing check of the owner',
      file: 'src/accounts/use-cases/unlink-account.ts',
      code: "if (!ids.includes(accountId)) throw badRequest('ACCOUNT_NOT_FOUND');",
      without: '',
      test: ['test/security/fuzz.test.ts', 'nobody changed a row of the victim'],
    },
    {
      guard: 'no install script reports to anybody',
      file: 'package.json',
      code: '"scarfSettings": {\n    "enabled": false,',
      without: '"scarfSettings": {\n    "enabled": true,',
      test: [
        'test/documents/dependencies.test.ts',
        'the install script that could report the installation does not',
      ],
    },
  ],
};

export const GUARDS = Object.entries(BULLETS).flatMap(([bullet, guards]) =>
  guards.map((guard) => ({ bullet, ...guard })),
);

export const piecesOf = (name) => name.split('…').map((piece) => piece.trim());

export function faultIn({ bullet, guard, file, code, test: [testFile, name] }, root) {
  const who = `${bullet}: ${guard}`;
  const times = readFileSync(join(root, file), 'utf8').split(code).length - 1;
  const tests = readFileSync(join(root, testFile), 'utf8');
  return [
    ...(times === 1 ? [] : [`${who}: the code is ${times} times in ${file}: ${code}`]),
    ...piecesOf(name)
      .filter((piece) => !tests.includes(piece))
      .map((piece) => `${who}: ${testFile} has no test with the words: ${piece}`),
  ];
}
