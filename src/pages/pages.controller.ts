import { Controller, Inject, Req, Res } from '@nestjs/common';
import { ApiProperty, ApiQuery, ApiResponse, ApiTags } from '../openapi/decorators.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { AuthGet } from '../http/auth-route.js';
import { WITHOUT_REFERRER } from '../http/location.js';
import { styledPageHeaders } from '../http/security-headers.js';
import { ERROR_PAGE_STYLE, addParameters, errorCode, errorPage, escapeHtml } from './error-page.js';

class OkAnswer {
  @ApiProperty({ enum: [true] })
  ok!: true;
}

const DEFAULT_DESCRIPTION =
  'We encountered an unexpected error. Please try again or return to the home page. If you are a developer, the code says where to look.';

const PAGE_HEADERS = { 'content-type': 'text/html', ...styledPageHeaders(ERROR_PAGE_STYLE) };

@ApiTags('Protocol')
@Controller()
export class PagesController {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  @AuthGet('ok', {
    summary: 'Answers if the server is running',
    access: 'public',
    cacheable: true,
    answer: OkAnswer,
  })
  ok() {
    return { ok: true };
  }

  @AuthGet('error', {
    summary: 'The page for an error that has no page of its own',
    access: 'public',
    answer: { contentType: 'text/html', schema: { type: 'string' } },
  })
  @ApiResponse({
    status: 302,
    description: 'In production: redirects to the front end with the same parameters',
  })
  @ApiQuery({ name: 'error', required: false, type: String, example: 'state_mismatch' })
  @ApiQuery({ name: 'error_description', required: false, type: String })
  error(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const query = new URL(request.url, 'http://localhost').searchParams;
    const code = errorCode(query.get('error') ?? undefined);
    const description = query.get('error_description');
    // In production the front end shows errors (src/pages/protocol.md, "Error page").
    const page = this.config.onAPIError.errorURL ?? (this.config.production ? '/' : undefined);
    if (page !== undefined) {
      const parameters = new URLSearchParams({
        error: code,
        ...(description ? { error_description: description } : {}),
      });
      const location = addParameters(page, parameters);
      return reply
        .code(302)
        .headers({ location, ...WITHOUT_REFERRER })
        .send();
    }
    return reply.headers(PAGE_HEADERS).send(errorPage(code, escapeHtml(description || DEFAULT_DESCRIPTION)));
  }
}
