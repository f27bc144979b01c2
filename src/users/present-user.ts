import { ApiProperty } from '../openapi/decorators.js';
import { isoTime } from '../http/iso-time.js';
import type { User } from './user.js';

/**
 * The fields of a user in answers, in the protocol's order
 * (src/http/protocol.md, "Fields of a user and a session"). No other field leaves the server.
 */
export class UserAnswer {
  @ApiProperty({ example: 'Ada Lovelace' })
  name!: string;

  @ApiProperty({ format: 'email', example: 'ada@example.com' })
  email!: string;

  @ApiProperty()
  emailVerified!: boolean;

  @ApiProperty({ type: String, nullable: true, example: null })
  image!: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt!: string | null;

  @ApiProperty({ example: 'R7LZ9bCk4PxMrdRYs2LLbaffLRQHJ647' })
  id!: string;
}

export function presentUser(user: User): UserAnswer {
  return {
    name: user.name,
    email: user.email,
    emailVerified: user.emailVerified,
    image: user.image,
    createdAt: isoTime(user.createdAt),
    updatedAt: isoTime(user.updatedAt),
    ...user.additional,
    id: user.id,
  };
}
