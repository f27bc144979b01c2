import { ApiProperty } from '../../openapi/decorators.js';
import { UserAnswer } from '../../users/present-user.js';

/** What a client gets that keeps a JWT instead of a cookie; the names are OAuth 2's (RFC 6749 §5.1) in camel case. */
export class JwtAnswer {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'An ES256 JWT for `Authorization: Bearer`; null where signing up does not sign in',
  })
  accessToken!: string | null;

  @ApiProperty({ enum: ['Bearer'] })
  tokenType!: 'Bearer';

  @ApiProperty({ description: 'Seconds', example: 900 })
  expiresIn!: number;

  @ApiProperty({ type: UserAnswer })
  user!: UserAnswer;
}
