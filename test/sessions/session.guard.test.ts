import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SignJWT, UnsecuredJWT, type JWK, type JWTPayload } from 'jose';
import { AppModule } from '../../src/app.module.js';
import { loadConfig } from '../../src/assembly/load-config.js';
import { signValue } from '../../src/cookies/signed-value.js';
import { privateKeyOf } from '../../src/features/jwt/signing-key.js';
import type { Jwk } from '../../src/features/jwt/jwk.entity.js';
import { BrowserLikeClient, type Answer } from '../setup/browser-like-client.js';
import { startGatehouse, SECRET, type Gatehouse } from '../setup/gatehouse.js';
import { newKeyPair } from '../setup/key-pair.js';
import { aMember, aStranger, bearer, onAnotherDevice, type Member } from '../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse();
});

afterAll(() => gatehouse.stop());

const GUARDED = '/api/auth/token';
const UNAUTHORIZED = { message: 'Unauthorized', code: 'UNAUTHORIZED' };

function expectRefusal(answer: Answer): void {
  expect(answer.status).toBe(401);
  expect(answer.json()).toEqual(UNAUTHORIZED);
}

const ask = (headers: Record<string, string>) => aStranger(gatehouse).get(GUARDED, headers);
const askWithCookie = (value: string) => ask({ cookie: `better-auth.session_token=${value}` });

async function aJwt({ client }: Member): Promise<string> {
  return (await client.get(GUARDED)).json<{ token: string }>().token;
}

describe('a guarded route accepts', () => {
  test('the signed cookie', async () => {
    const { client } = await aMember(gatehouse);
    expect((await client.get(GUARDED)).status).toBe(200);
  });

  test('the session token as bearer, plain and signed, with the scheme in any case', async () => {
    const { token } = await aMember(gatehouse);
    const signed = signValue(token, SECRET);
    for (const value of [token, signed, encodeURIComponent(signed)]) {
      for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
        expect((await ask({ authorization: `${scheme} ${value}` })).status).toBe(200);
      }
    }
  });

  test('a JWT of the session as bearer, with the scheme in any case', async () => {
    const jwt = await aJwt(await aMember(gatehouse));
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      expect((await ask({ authorization: `${scheme} ${jwt}` })).status).toBe(200);
    }
  });

  test('a bearer before a cookie, and ignores an invalid bearer', async () => {
    const [ada, bob] = [await aMember(gatehouse), await aMember(gatehouse)];
    const whoIs = async (headers: Record<string, string>) =>
      (await ada.client.get('/api/auth/get-session', headers)).json<{ user: { id: string } } | null>()?.user
        .id;
    expect(await whoIs(bearer(bob.token))).toBe(bob.id);
    expect(await whoIs(bearer(await aJwt(bob)))).toBe(bob.id);
    expect(await whoIs(bearer(`${bob.token}.badsignature`))).toBe(ada.id);
    expect(await whoIs(bearer('eyJhbGciOiJFUzI1NiJ9.e30.AAAA'))).toBe(ada.id);
    expect(await whoIs({ authorization: 'Basic YTpi' })).toBe(ada.id);
  });
});

describe('a guarded route refuses', () => {
  test('a request without credentials, and sets no cookies', async () => {
    const answer = await ask({});
    expectRefusal(answer);
    expect(answer.setCookies).toEqual([]);
  });

  test('a tampered cookie, and does not delete it', async () => {
    const { token } = await aMember(gatehouse);
    const signed = signValue(token, SECRET);
    const forged = [
      token,
      `${token}.`,
      signed.slice(0, -3),
      signed.replace(/^./, '-'),
      signValue(token, 'x'.repeat(32)),
    ];
    for (const value of forged) {
      const answer = await askWithCookie(encodeURIComponent(value));
      expectRefusal(answer);
      expect(answer.setCookies).toEqual([]);
    }
  });

  test('an unknown token, and deletes its cookies', async () => {
    const answer = await askWithCookie(encodeURIComponent(signValue('a'.repeat(32), SECRET)));
    expectRefusal(answer);
    expect(answer.setCookies.map((line) => line.split(';').slice(0, 2).join(';'))).toEqual([
      'better-auth.session_token=; Max-Age=0',
      'better-auth.session_data=; Max-Age=0',
      'better-auth.dont_remember=; Max-Age=0',
    ]);
  });

  test('an expired session, and deletes its row and cookies', async () => {
    const { client, token } = await aMember(gatehouse);
    await gatehouse.database.query(
      "update sessions set expires_at = now() - interval '1 ms' where token = $1",
      [token],
    );
    expectRefusal(await client.get(GUARDED));
    expect(client.cookies.size).toBe(0);
    expect(await gatehouse.database.query('select 1 from sessions where token = $1', [token])).toEqual([]);
  });

  test('the session of a user who was deleted', async () => {
    const member = await aMember(gatehouse);
    const jwt = await aJwt(member);
    await gatehouse.database.query('delete from users where id = $1', [member.id]);
    expectRefusal(await ask(bearer(jwt)));
    expectRefusal(await ask(bearer(member.token)));
    expectRefusal(await member.client.get(GUARDED));
  });

  test.each([
    ['for good', 'null', 401],
    ['until tomorrow', "now() + interval '1 day'", 401],
    ['until yesterday (accepted)', "now() - interval '1 day'", 200],
  ])('a user banned %s', async (_, until, status) => {
    const member = await aMember(gatehouse);
    const jwt = await aJwt(member);
    await gatehouse.database.query(`update users set banned = true, ban_expires = ${until} where id = $1`, [
      member.id,
    ]);
    expect((await ask(bearer(jwt))).status).toBe(status);
    expect((await ask(bearer(member.token))).status).toBe(status);
    expect((await member.client.get(GUARDED)).status).toBe(status);
  });

  test('a session that is not fresh, if the route needs a fresh one', async () => {
    const { client, token } = await aMember(gatehouse);
    await gatehouse.database.query(
      "update sessions set created_at = now() - interval '1 day' where token = $1",
      [token],
    );
    const answer = await client.get('/api/auth/list-sessions');
    expect(answer.status).toBe(403);
    expect(answer.json()).toEqual({ message: 'Session is not fresh', code: 'SESSION_NOT_FRESH' });
    expect((await client.get(GUARDED)).status).toBe(200);
  });
});

describe('a JWT ends with its session', () => {
  test.each([
    ['signed out', (member: Member) => member.client.post('/api/auth/sign-out')],
    ['revoked', (member: Member) => member.client.post('/api/auth/revoke-session', { token: member.token })],
    [
      'deleted',
      ({ token }: Member) => gatehouse.database.query('delete from sessions where token = $1', [token]),
    ],
    [
      'expired',
      ({ token }: Member) =>
        gatehouse.database.query('update sessions set expires_at = now() where token = $1', [token]),
    ],
  ])('refuses the JWT at once if its session is %s', async (_, end) => {
    const member = await aMember(gatehouse);
    const jwt = await aJwt(member);
    expect((await ask(bearer(jwt))).status).toBe(200);
    await end(member);
    expectRefusal(await ask(bearer(jwt)));
  });

  test('refuses the JWT even if the user has another session', async () => {
    const member = await aMember(gatehouse);
    const jwt = await aJwt(member);
    const other = await onAnotherDevice(gatehouse, member);
    await other.client.post('/api/auth/revoke-other-sessions');
    expectRefusal(await ask(bearer(jwt)));
    expect((await other.client.get(GUARDED)).status).toBe(200);
  });
});

describe('a JWT is refused', () => {
  let member: Member;
  let claims: JWTPayload;
  let kid: string;

  beforeAll(async () => {
    member = await aMember(gatehouse);
    const [head = '', payload = ''] = (await aJwt(member)).split('.');
    claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as JWTPayload;
    ({ kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string });
  });

  const ourKey = async () => {
    const [row] = await gatehouse.database.query<{ private_key: string }>('select private_key from jwks');
    const jwk = { privateKey: row?.private_key } as Jwk;
    return privateKeyOf(jwk, { secrets: [{ version: 0, value: SECRET }] });
  };

  const signed = async (changes: JWTPayload, header = {}) => {
    const jwt = new SignJWT({ ...claims, ...changes });
    return jwt.setProtectedHeader({ alg: 'ES256', kid, ...header }).sign(await ourKey());
  };

  test('accepts the unchanged JWT, so the cases below fail because of their change', async () => {
    expect((await ask(bearer(await signed({})))).status).toBe(200);
  });

  test.each<[string, JWTPayload]>([
    ['from another issuer', { iss: 'https://evil.example' }],
    ['for another audience', { aud: 'https://evil.example' }],
    ['without an issuer', { iss: undefined }],
    ['without an audience', { aud: undefined }],
    ['that has expired', { exp: Math.floor(Date.now() / 1000) - 1 }],
    ['that is not yet valid', { nbf: Math.floor(Date.now() / 1000) + 60 }],
    ['without a session', { sid: undefined }],
    ['of an unknown session', { sid: 'a'.repeat(32) }],
    ['with a session that is not text', { sid: { $ne: null } }],
    ['without a user', { sub: undefined }],
    ['of another user than its session', { sub: 'b'.repeat(32) }],
  ])('%s', async (_, changes) => {
    expectRefusal(await ask(bearer(await signed(changes))));
  });

  test.each([
    ['without a key id', { kid: undefined }],
    ['with an unknown key id', { kid: 'c'.repeat(32) }],
    ['with a key id that is not text', { kid: { a: 1 } as unknown as string }],
  ])('%s', async (_, header) => {
    expectRefusal(await ask(bearer(await signed({}, header))));
  });

  test('that is not signed', async () => {
    const unsigned = new UnsecuredJWT(claims).encode();
    expectRefusal(await ask(bearer(unsigned)));
    // With a made-up signature, so that the server treats it as a JWT.
    const head = Buffer.from(JSON.stringify({ alg: 'none', kid })).toString('base64url');
    expectRefusal(await ask(bearer(`${head}.${unsigned.split('.')[1]}.AAAA`)));
  });

  test('that is signed with the public key as a shared secret', async () => {
    const { keys } = (await aStranger(gatehouse).get('/api/auth/jwks')).json<{ keys: JWK[] }>();
    const published = keys.find((key) => key.kid === kid);
    const publicKey = createPublicKey({ key: published as JsonWebKey, format: 'jwk' });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    for (const secret of [pem, pem.trim(), JSON.stringify(published)]) {
      const forged = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', kid })
        .sign(new TextEncoder().encode(secret));
      expectRefusal(await ask(bearer(forged)));
    }
  });

  test('that is signed with a foreign key, even if its header contains that key', async () => {
    const { privateKey, publicKey } = newKeyPair('ES256');
    const jwk = publicKey.export({ format: 'jwk' }) as JWK;
    for (const header of [
      { kid },
      { kid, jwk },
      { kid: undefined, jwk },
      { kid, jku: 'https://evil.example/jwks' },
    ]) {
      const forged = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', ...header })
        .sign(privateKey);
      expectRefusal(await ask(bearer(forged)));
    }
  });

  test('whose claims were changed after signing', async () => {
    const [head, , signature] = (await signed({})).split('.');
    const changed = Buffer.from(JSON.stringify({ ...claims, sub: 'someone-else' })).toString('base64url');
    expectRefusal(await ask(bearer(`${head}.${changed}.${signature}`)));
  });

  test.each(['eyJ.e30.AAAA', 'eyJhbGciOiJFUzI1NiJ9.AAAA.AAAA', 'eyJ9.eyJ9.eyJ9'])(
    'that is malformed: %s',
    async (text) => {
      expectRefusal(await ask(bearer(text)));
    },
  );
});

@Controller()
class Undecided {
  @Get('undecided')
  answer() {
    return 'secret';
  }
}

@Module({ controllers: [Undecided] })
class UndecidedModule {}

describe('routes are guarded by default', () => {
  test('guards a route that does not declare its access', async () => {
    const config = loadConfig({
      DATABASE_URL: gatehouse.database.url,
      BETTER_AUTH_SECRET: SECRET,
      BETTER_AUTH_URL: gatehouse.origin,
      LOG_LEVEL: 'silent',
    });
    const imports = [AppModule.with(config), UndecidedModule];
    const root = { module: class Root {}, imports };
    const app = await NestFactory.create<NestFastifyApplication>(
      root,
      new FastifyAdapter({ exposeHeadRoutes: false }),
      {
        logger: false,
      },
    );
    try {
      await app.listen(0, '127.0.0.1');
      const client = new BrowserLikeClient(await app.getUrl());
      expectRefusal(await client.get('/undecided'));
      const { token } = await aMember(gatehouse);
      expect((await client.get('/undecided', bearer(token))).text).toBe('"secret"');
    } finally {
      await app.close();
    }
  });

  /** The routes that need no session. Every other route must refuse requests without one. */
  const PUBLIC = [
    'GET /',
    'GET /api/auth/callback/{id}',
    'GET /api/auth/delete-user/callback',
    'GET /api/auth/error',
    'GET /api/auth/get-session',
    'GET /api/auth/jwks',
    'GET /api/auth/ok',
    'GET /api/auth/reset-password/{token}',
    'GET /api/auth/verify-email',
    'GET /health/live',
    'GET /health/ready',
    'GET /metrics',
    'POST /api/auth/callback/{id}',
    'POST /api/auth/get-session',
    'POST /api/auth/login',
    'POST /api/auth/register',
    'POST /api/auth/request-password-reset',
    'POST /api/auth/reset-password',
    'POST /api/auth/send-verification-email',
    'POST /api/auth/sign-in/email',
    'POST /api/auth/sign-in/social',
    'POST /api/auth/sign-out',
    'POST /api/auth/sign-up/email',
  ];

  /** Routes that take only the field `accountId`, and the query that their path needs. */
  const ONE_ACCOUNT: Readonly<Record<string, string>> = {
    '/api/auth/get-access-token': '',
    '/api/auth/refresh-token': '',
    '/api/auth/account-info': '?accountId=x',
  };

  interface Operation {
    readonly security?: unknown[];
    readonly requestBody?: unknown;
  }

  test('every route refuses requests without a session, unless it is listed as public here', async () => {
    const { paths } = (await aStranger(gatehouse).get('/docs/json')).json<{
      paths: Record<string, Record<string, Operation>>;
    }>();
    const routes = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({
        path,
        method: method.toUpperCase(),
        operation,
      })),
    );
    expect(routes.length).toBeGreaterThan(15);
    const open: string[] = [];
    for (const { path, method, operation } of routes) {
      // This body is valid for every guarded route. Validation comes first, and a 400 would hide the 401.
      const fields = {
        name: 'x',
        token: 'x',
        password: 'x',
        currentPassword: 'x',
        newPassword: 'x',
        newEmail: 'x@y.zz',
        provider: 'x',
        providerId: 'x',
        accountId: 'x',
      };
      const body = operation.requestBody ? (path in ONE_ACCOUNT ? { accountId: 'x' } : fields) : undefined;
      const answer = await aStranger(gatehouse).call(path + (ONE_ACCOUNT[path] ?? ''), { method, body });
      // Some routes refuse with an empty body, as in Better Auth
      // (src/accounts/protocol.md, "Tokens of a provider").
      if (answer.status === 401 && ['', JSON.stringify(UNAUTHORIZED)].includes(answer.text)) {
        expect(operation.security).toHaveLength(3);
      } else {
        open.push(`${method} ${path}`);
      }
    }
    expect(open.filter((route) => !PUBLIC.includes(route))).toEqual([]);
  });
});
