import { Body, Controller } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ApiProperty, ApiTags } from '../openapi/decorators.js';
import { Answer } from '../http/answer.js';
import { AuthPut, DirectAuthPost } from '../http/auth-route.js';
import { StatusAnswer } from '../http/status-answer.js';
import { CurrentUser, signedInUserOf, type SignedInUser } from './current-user.js';
import { UserAnswer, presentUser } from './present-user.js';
import { UpdateUser, UpdateUserBody } from './use-cases/update-user.js';

class UpdatedUserAnswer {
  @ApiProperty({ type: UserAnswer })
  user!: UserAnswer;
}

const messages = { 400: ['No fields to update'] } as const;
const errors = { 400: ['EMAIL_CAN_NOT_BE_UPDATED', 'FAILED_TO_UPDATE_USER'] } as const;

@ApiTags('Users')
@Controller()
export class UsersController {
  constructor(private readonly update: UpdateUser) {}

  @DirectAuthPost('update-user', {
    summary: 'Change the user’s name or picture',
    body: UpdateUserBody,
    answer: StatusAnswer,
    errors,
    messages,
  })
  async updateUser(request: FastifyRequest) {
    const current = signedInUserOf(request);
    const user = await this.update.execute(current.user, request.body as UpdateUserBody);
    return new Answer({ status: true }, current.changedTo(user));
  }

  @AuthPut('user', {
    summary: 'Change the user’s name or picture, and return the user',
    twinOf: 'update-user',
    body: UpdateUserBody,
    answer: UpdatedUserAnswer,
    errors,
    messages,
  })
  async putUser(@CurrentUser() current: SignedInUser, @Body() body: UpdateUserBody) {
    const user = await this.update.execute(current.user, body);
    return new Answer({ user: presentUser(user) }, current.changedTo(user));
  }
}
