import { ApiProperty } from '../openapi/decorators.js';

/** The body of an error (src/http/protocol.md, "Answers"). */
export class ErrorAnswer {
  @ApiProperty({ example: 'Invalid email or password' })
  message!: string;

  @ApiProperty({ required: false, example: 'INVALID_EMAIL_OR_PASSWORD' })
  code?: string;
}
