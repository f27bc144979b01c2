import { Controller } from '@nestjs/common';
import { ApiProperty, ApiTags } from '../../openapi/decorators.js';
import { AuthGet } from '../../http/auth-route.js';
import { SigningKeys } from './signing-keys.js';

class KeySet {
  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    example: [{ alg: 'ES256', kty: 'EC', x: '…', y: '…', crv: 'P-256', kid: '…' }],
  })
  keys!: Record<string, unknown>[];
}

@ApiTags('JWT')
@Controller()
export class JwksController {
  constructor(private readonly keys: SigningKeys) {}

  @AuthGet('jwks', {
    summary: 'Public keys',
    description: 'The keys with which other services verify the JWTs of this server (RFC 7517).',
    access: 'public',
    cacheable: true,
    answer: KeySet,
  })
  jwks() {
    return this.keys.published();
  }
}
