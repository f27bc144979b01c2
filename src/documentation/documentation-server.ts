import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import * as swagger from '@nestjs/swagger';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';
import { cookieName } from '../cookies/session-cookies.js';
import { cookieSettings } from '../config/cookie-settings.js';
import { sayAll } from '../openapi/decorators.js';
import { completeDocument } from './complete-document.js';

const DESCRIPTION = `Better Auth's HTTP protocol, and JWT login for clients that keep no cookies.

To try it, send \`POST /api/auth/sign-up/email\` with the example. The answer sets the session cookie, so you can then use
the routes that require a session. Or press **Authorize** and enter the \`token\` of that answer (sessionToken) or the
\`accessToken\` of \`POST /api/auth/login\` (jwt).`;

@Module({})
class DocumentationModule {}

/** Serves Swagger UI at `path` and the OpenAPI document at `<path>/json`, both made from the decorators of the routes. */
export async function documentationServer(
  app: NestFastifyApplication,
  config: Config,
  path: string,
): Promise<FastifyInstance> {
  sayAll(swagger);
  const document = documentOf(app, config);
  const adapter = new FastifyAdapter({ skipMiddie: true });
  const documentation = await NestFactory.create<NestFastifyApplication>(DocumentationModule, adapter, {
    bodyParser: false,
    logger: false,
  });
  SwaggerModule.setup(path, documentation, document, {
    jsonDocumentUrl: `${path}/json`,
    raw: ['json'],
    customSiteTitle: 'Gatehouse',
    swaggerOptions: { tryItOutEnabled: true, withCredentials: true },
  });
  const server = adapter.getInstance();
  server.setNotFoundHandler((_request, reply) => void reply.code(404).send());
  await server.ready();
  return server;
}

function documentOf(app: NestFastifyApplication, config: Config): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Gatehouse')
    .setDescription(DESCRIPTION)
    .setVersion('0.1.0')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addTag('Accounts', 'Sign-up, sign-in and linked accounts')
    .addTag('Sessions', 'Where a user is signed in')
    .addTag('Users', 'Profile of the signed-in user')
    .addTag('JWT', 'Tokens that other servers can verify')
    .addTag('Protocol', 'The protocol itself')
    .addTag('Operations', 'Health and metrics')
    .addCookieAuth(
      cookieName(cookieSettings(config), 'session_token'),
      {
        type: 'apiKey',
        in: 'cookie',
        description:
          'Sign-up and sign-in set this cookie. The browser sends it by itself, so enter nothing here.',
      },
      'cookie',
    )
    .addBearerAuth(
      {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'session token',
        description: 'The `token` in the answer to sign-up or sign-in.',
      },
      'sessionToken',
    )
    .addBearerAuth(
      {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description:
          'The `accessToken` in the answer to `login` or `register`, or the `token` of `GET /api/auth/token`.',
      },
      'jwt',
    )
    .build();
  return completeDocument(
    SwaggerModule.createDocument(app, settings, { operationIdFactory: (_controller, method) => method }),
  );
}
