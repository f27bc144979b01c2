import { Controller } from '@nestjs/common';
import { AuthGet } from '../../http/auth-route.js';
import { ApiProperty, ApiTags } from '../../openapi/decorators.js';
import { Current, type AuthContext } from '../../sessions/auth-context.js';
import { JwtIssuer } from './jwt-issuer.js';

class TokenAnswer {
  @ApiProperty({ description: 'An ES256 JWT. The keys of `GET /api/auth/jwks` verify it.' })
  token!: string;
}

@ApiTags('Sessions')
@Controller()
export class TokenController {
  constructor(private readonly issuer: JwtIssuer) {}

  @AuthGet('token', { summary: 'A JWT for this session', answer: TokenAnswer })
  async token(@Current() current: AuthContext) {
    return { token: await this.issuer.issue(current) };
  }
}
