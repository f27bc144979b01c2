import { Body, Controller, Query, Req, Res } from '@nestjs/common';
import { ApiProperty, ApiTags } from '../openapi/decorators.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuthGet, AuthPost } from '../http/auth-route.js';
import { SuccessAnswer } from '../http/status-answer.js';
import { DeleteUserCallback, DeleteUserCallbackQuery } from './use-cases/delete-user-callback.js';
import { DeleteUser, DeleteUserBody } from './use-cases/delete-user.js';
import { type AuthContext, Current } from '../sessions/auth-context.js';

class DeletionAnswer extends SuccessAnswer {
  @ApiProperty({ enum: ['User deleted', 'Verification email sent'] })
  message!: string;
}

@ApiTags('Deletion')
@Controller()
export class DeletionController {
  constructor(
    private readonly deleteUseCase: DeleteUser,
    private readonly callback: DeleteUserCallback,
  ) {}

  @AuthPost('delete-user', {
    summary: 'Delete the user, at once or by a mailed link',
    access: 'sensitive',
    body: DeleteUserBody,
    answer: DeletionAnswer,
    errors: {
      400: ['PASSWORD_TOO_LONG', 'CREDENTIAL_ACCOUNT_NOT_FOUND', 'INVALID_PASSWORD', 'SESSION_EXPIRED'],
      404: ['INVALID_TOKEN'],
      503: ['SERVICE_UNAVAILABLE'],
    },
    empty: { 404: 'deleting is switched off' },
  })
  deleteUser(
    @Current() current: AuthContext,
    @Body() body: DeleteUserBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.deleteUseCase.execute(current, body, request, reply);
  }

  @AuthGet('delete-user/callback', {
    summary: 'Follow the mailed link that deletes the user',
    access: 'public',
    credentials: true,
    query: DeleteUserCallbackQuery,
    redirects: true,
    answer: DeletionAnswer,
    errors: { 404: ['NOT_FOUND', 'FAILED_TO_GET_USER_INFO', 'INVALID_TOKEN'] },
  })
  deleteUserCallback(
    @Query() query: DeleteUserCallbackQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.callback.execute(query, request, reply);
  }
}
