import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { Config } from '../config/config.js';
import { cookieName } from '../cookies/session-cookies.js';
import { cookieSettings } from '../http/cookie-settings.js';
import { completeDocument } from './complete-document.js';

const DESCRIPTION = `Better Auth's HTTP protocol, and JWT login for clients that keep no cookies.

To try it: send \`POST /api/auth/sign-up/email\` with the example. The answer sets the session cookie, so the guarded
routes answer from then on. Or press **Authorize** with the \`token\` of that answer (sessionToken) or with the
\`accessToken\` of \`POST /api/auth/login\` (jwt).`;

export const DOCUMENTATION_PATH = '/docs';

/** Swagger UI at `/docs` and the OpenAPI document at `/docs/json`, both out of the routes' own declarations. */
export function installDocumentation(app: NestFastifyApplication, config: Config): void {
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
  const document = () =>
    completeDocument(
      SwaggerModule.createDocument(app, settings, { operationIdFactory: (_controller, method) => method }),
    );
  // Made when it is first asked for: a start need not wait for what few servers are ever asked.
  SwaggerModule.setup(DOCUMENTATION_PATH, app, document, {
    jsonDocumentUrl: `${DOCUMENTATION_PATH}/json`,
    raw: ['json'],
    customSiteTitle: 'Gatehouse',
    swaggerOptions: { tryItOutEnabled: true, withCredentials: true },
  });
}
