import { Body, Controller, Query } from '@nestjs/common';
import { ApiProperty, ApiTags } from '../openapi/decorators.js';
import { Answer, Redirect } from '../http/answer.js';
import { AuthGet, AuthPost } from '../http/auth-route.js';
import { type Client, From } from '../http/client.js';
import { SuccessAnswer } from '../http/status-answer.js';
import { DeleteUserCallback, DeleteUserCallbackQuery } from './use-cases/delete-user-callback.js';
import { DeleteUser, DeleteUserBody } from './use-cases/delete-user.js';
import { type AuthContext, Current } from '../sessions/auth-context.js';
import { Requested, type RequestedSession } from '../sessions/requested-session.js';

class DeletionAnswer extends SuccessAnswer {
  @ApiProperty({ enum: ['User deleted', 'Verification email sent'] })
  message!: 'User deleted' | 'Verification email sent';
}

const DELETED: DeletionAnswer = { success: true, message: 'User deleted' };
const MAILED: DeletionAnswer = { success: true, message: 'Verification email sent' };

@ApiTags('Deletion')
@Controller()
export class DeletionController {
  constructor(
    private readonly deleteUseCase: DeleteUser,
    private readonly callback: DeleteUserCallback,
  ) {}

  @AuthPost('delete-user', {
    summary: 'Delete the user at once, or mail a link that does',
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
  async deleteUser(
    @Current() current: AuthContext,
    @Body() body: DeleteUserBody,
    @From() client: Client,
  ): Promise<Answer<DeletionAnswer>> {
    const outcome = await this.deleteUseCase.execute(current, body, client);
    return outcome === 'deleted' ? new Answer(DELETED, { signedOut: true }) : new Answer(MAILED);
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
  async deleteUserCallback(
    @Query() query: DeleteUserCallbackQuery,
    @Requested() requested: RequestedSession,
    @From() client: Client,
  ): Promise<Answer<DeletionAnswer> | Redirect> {
    await this.callback.execute(query, requested, client);
    const parts = { signedOut: true };
    return query.callbackURL ? new Redirect(query.callbackURL, parts) : new Answer(DELETED, parts);
  }
}
