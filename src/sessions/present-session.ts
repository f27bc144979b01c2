import { ApiProperty } from '../openapi/decorators.js';
import { isoTime } from '../http/iso-time.js';
import type { Session } from './session.js';

/**
 * The fields of a session that answers contain, in the order of the protocol
 * (src/http/protocol.md, "Fields of a user and a session"). No other field is sent.
 */
export class SessionAnswer {
  @ApiProperty({ type: String, format: 'date-time' })
  expiresAt!: string | null;

  @ApiProperty({
    description:
      'For a client that sends a JWT: that JWT, and for its other sessions a handle for `revoke-session`',
    example: 'vjkABykLEssOvs7L56gUpQsZ3DLhCudT',
  })
  token!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt!: string | null;

  @ApiProperty({ description: 'Empty when unknown', example: '203.0.113.7' })
  ipAddress!: string;

  @ApiProperty({ description: 'Empty when unknown', example: 'Mozilla/5.0' })
  userAgent!: string;

  @ApiProperty({ example: 'R7LZ9bCk4PxMrdRYs2LLbaffLRQHJ647' })
  userId!: string;

  @ApiProperty({ example: 't3vuAD6eKVSbls1au0eVrasSh6liBt1C' })
  id!: string;
}

/** @param token what the client gets as the session's token. A client that holds a JWT must not get the token itself. */
export function presentSession(session: Session, token = session.token): SessionAnswer {
  return {
    expiresAt: isoTime(session.expiresAt),
    token,
    createdAt: isoTime(session.createdAt),
    updatedAt: isoTime(session.updatedAt),
    ipAddress: session.ipAddress ?? '',
    userAgent: session.userAgent ?? '',
    userId: session.userId,
    ...session.additional,
    id: session.id,
  };
}
