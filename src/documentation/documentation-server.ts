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

To try it: send \`POST /api/auth/sign-up/email\` with the example. The answer sets the session cookie, so the guarded
routes answer from then on. Or press **Authorize** with the \`token\` of that answer (sessionToken) or with the
\`accessToken\` of \`POST /api/auth/login\` (jwt).`;

@Module({})
class DocumentationModule {}

/** Swagger UI at the path and the OpenAPI document at `/json` below it, both out of the routes' own declarations. */
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
    .addTag('Accounts', 'Signing up and in, and the ways to do so')
    .addTag('Sessions', 'Who is signed in, and where')
    .addTag('Users', 'What a user says of themselves')
    .addTag('JWT', 'Tokens that others can verify')
    .addTag('Protocol', 'The protocol itself')
    .addTag('Operations', 'For those who run the server')
    .addCookieAuth(
      cookieName(cookieSettings(config), 'session_token'),
      {
        type: 'apiKey',
        in: 'cookie',
        description: 'Set by signing up or in. A browser sends it by itself: nothing need be entered here.',
      },
      'cookie',
    )
    .addBearerAuth(
      {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'session token',
        description: 'The `token` of an answer to signing up or in.',
      },
      'sessionToken',
    )
    .addBearerAuth(
      {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: 'The `accessToken` of `login` or `register`, or the `token` of `GET /api/auth/token`.',
      },
      'jwt',
    )
    .build();
  return completeDocument(
    SwaggerModule.createDocument(app, settings, { operationIdFactory: (_controller, method) => method }),
  );
}
