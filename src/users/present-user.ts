import { ApiProperty } from '../openapi/decorators.js';
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

  @ApiProperty({ format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: Date;

  @ApiProperty({ example: 'R7LZ9bCk4PxMrdRYs2LLbaffLRQHJ647' })
  id!: string;
}

export function presentUser(user: User): UserAnswer {
  return {
    name: user.name,
    email: user.email,
    emailVerified: user.emailVerified,
    image: user.image,
    createdAt: user.createdAt,
    updatedAt: user.updatedAt,
    ...user.additional,
    id: user.id,
  };
}
