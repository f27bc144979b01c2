import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import * as swagger from '@nestjs/swagger';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';
import { cookieName } from '../cookies/session-cookies.js';
import { cookieSettings } from '../config/cookie-settings.js';
import { ApiContributions, type TagDescription } from '../openapi/api-contributions.js';
import { sayAll } from '../openapi/decorators.js';
import { completeDocument } from './complete-document.js';

const DESCRIPTION = `Better Auth's HTTP protocol, and JWT login for clients that keep no cookies.

To try it, send \`POST /api/auth/sign-up/email\` with the example. The answer sets the session cookie, so you can then use
the routes that require a session. Or press **Authorize** and enter the \`token\` of that answer (sessionToken) or the
\`accessToken\` of \`POST /api/auth/login\` (jwt).`;

const TAGS: readonly TagDescription[] = [
  { name: 'Accounts', description: 'Sign-up, sign-in and linked accounts' },
  { name: 'Sessions', description: 'Where a user is signed in' },
  { name: 'Users', description: 'Profile of the signed-in user' },
];

const LAST_TAGS: readonly TagDescription[] = [
  { name: 'Protocol', description: 'The protocol itself' },
  { name: 'Operations', description: 'Health and metrics' },
];

@Module({})
class DocumentationModule {}

/** Serves Swagger UI at `path` and the OpenAPI document at `<path>/json`, both made from the decorators of the routes. */
export async function documentationServer(
  app: NestFastifyApplication,
  config: Config,
  path: string,
): Promise<FastifyInstance> {
  sayAll(swagger);
  const document = await documentOf(app, config);
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

async function documentOf(app: NestFastifyApplication, config: Config): Promise<OpenAPIObject> {
  const contributions = app.get(ApiContributions);
  const { bearers } = contributions;
  const described = await contributions.describeRoutes();
  const tags = [...contributions.tags, ...described.flatMap((routes) => routes.tags)];
  const settings = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Gatehouse')
    .setDescription(DESCRIPTION)
    .setVersion('0.1.0')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addCookieAuth(
      cookieName(cookieSettings(config), 'session_token'),
      {
        type: 'apiKey',
        in: 'cookie',
        description:
          'Sign-up and sign-in set this cookie. The browser sends it by itself, so enter nothing here.',
      },
      'cookie',
    );
  for (const { name, description } of [...TAGS, ...tags, ...LAST_TAGS]) settings.addTag(name, description);
  for (const { name, format, description } of bearers)
    settings.addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: format, description }, name);
  const document = SwaggerModule.createDocument(app, settings.build(), {
    operationIdFactory: (_controller, method) => method,
  });
  return completeDocument(
    document,
    described,
    bearers.map(({ name }) => name),
  );
}
