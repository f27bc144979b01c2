import { Controller } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DirectAuthGet } from '../../http/auth-route.js';
import { ApiProperty, ApiTags } from '../../openapi/decorators.js';
import { currentOf } from '../../sessions/auth-context.js';
import { JwtIssuer } from './jwt-issuer.js';

class TokenAnswer {
  @ApiProperty({ description: 'An ES256 JWT. The keys of `GET /api/auth/jwks` verify it.' })
  token!: string;
}

@ApiTags('Sessions')
@Controller()
export class TokenController {
  constructor(private readonly issuer: JwtIssuer) {}

  @DirectAuthGet('token', { summary: 'A JWT for this session', answer: TokenAnswer })
  async token(request: FastifyRequest) {
    return { token: await this.issuer.issue(currentOf(request)) };
  }
}
