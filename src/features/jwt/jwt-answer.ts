import { ApiProperty } from '../../openapi/decorators.js';
import { UserAnswer } from '../../users/present-user.js';

/**
 * The answer for a client that keeps a JWT instead of a cookie. The names are those of OAuth 2 in camel case (RFC 6749
 * §5.1).
 */
export class JwtAnswer {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'An ES256 JWT for `Authorization: Bearer`; null if signing up does not sign the user in',
  })
  accessToken!: string | null;

  @ApiProperty({ enum: ['Bearer'] })
  tokenType!: 'Bearer';

  @ApiProperty({ description: 'Lifetime of the JWT in seconds', example: 900 })
  expiresIn!: number;

  @ApiProperty({ type: UserAnswer })
  user!: UserAnswer;
}
