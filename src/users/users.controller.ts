import { Body, Controller, Req, Res } from '@nestjs/common';
import { ApiProperty, ApiTags } from '../openapi/decorators.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuthPost, AuthPut } from '../http/auth-route.js';
import { StatusAnswer } from '../http/status-answer.js';
import { UserAnswer, presentUser } from './present-user.js';
import { UpdateUser, UpdateUserBody } from './use-cases/update-user.js';
import { type AuthContext, Current } from '../sessions/auth-context.js';

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

  @AuthPost('update-user', {
    summary: 'Change name or picture',
    body: UpdateUserBody,
    answer: StatusAnswer,
    errors,
    messages,
  })
  async updateUser(
    @Current() current: AuthContext,
    @Body() body: UpdateUserBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.update.execute(current, body, request, reply);
    return { status: true };
  }

  @AuthPut('user', {
    summary: 'Change name or picture and get the user back',
    body: UpdateUserBody,
    answer: UpdatedUserAnswer,
    errors,
    messages,
  })
  async putUser(
    @Current() current: AuthContext,
    @Body() body: UpdateUserBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return { user: presentUser(await this.update.execute(current, body, request, reply)) };
  }
}
