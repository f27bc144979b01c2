import { Body, Controller, Query, Req, Res } from '@nestjs/common';
import { ApiProperty, ApiTags } from '../openapi/decorators.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuthGet, AuthPost } from '../http/auth-route.js';
import { StatusAnswer } from '../http/status-answer.js';
import { AccountSelection } from './account-selection.js';
import { GetAccountInfo } from './use-cases/account-info.js';
import { GetAccessToken } from './use-cases/get-access-token.js';
import { RefreshToken } from './use-cases/refresh-token.js';
import { UnlinkAccount, UnlinkAccountBody } from './use-cases/unlink-account.js';
import { type AuthContext, Current } from '../sessions/auth-context.js';

class AccessTokenAnswer {
  @ApiProperty({ description: 'Empty where the provider gave none' })
  accessToken!: string;

  @ApiProperty({ required: false, format: 'date-time' })
  accessTokenExpiresAt?: string;

  @ApiProperty({ type: [String], description: 'What the user agreed to' })
  scopes!: string[];

  @ApiProperty({ required: false })
  idToken?: string;
}

class RefreshedAnswer {
  @ApiProperty()
  accessToken!: string;

  @ApiProperty()
  refreshToken!: string;

  @ApiProperty({ required: false, type: String, format: 'date-time', nullable: true })
  accessTokenExpiresAt?: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  refreshTokenExpiresAt!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'What the user agreed to, comma-joined' })
  scope!: string | null;

  @ApiProperty({ type: String, nullable: true })
  idToken!: string | null;

  @ApiProperty()
  providerId!: string;

  @ApiProperty({ description: 'The account’s `id` in `list-accounts`' })
  accountId!: string;
}

class ProviderUser {
  @ApiProperty({ required: false })
  name?: string;

  @ApiProperty({ required: false, type: String, nullable: true })
  email?: string | null;

  @ApiProperty({ required: false, type: String, nullable: true })
  image?: string | null;

  @ApiProperty()
  emailVerified!: boolean;
}

class AccountName {
  @ApiProperty({ description: 'The account’s `id` in `list-accounts`' })
  id!: string;

  @ApiProperty()
  providerId!: string;

  @ApiProperty({ description: 'The user’s id at the provider' })
  accountId!: string;
}

class AccountInfoAnswer {
  @ApiProperty({ type: ProviderUser })
  user!: ProviderUser;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'In the provider’s own words' })
  data!: object;

  @ApiProperty({ type: AccountName })
  account!: AccountName;
}

const NOBODY = { 401: 'nobody is signed in' };

@ApiTags('Linked accounts')
@Controller()
export class LinkedAccountsController {
  constructor(
    private readonly unlink: UnlinkAccount,
    private readonly accessToken: GetAccessToken,
    private readonly refresh: RefreshToken,
    private readonly info: GetAccountInfo,
  ) {}

  @AuthPost('unlink-account', {
    summary: 'One way less to sign in',
    access: 'fresh',
    body: UnlinkAccountBody,
    answer: StatusAnswer,
    errors: { 400: ['FAILED_TO_UNLINK_LAST_ACCOUNT', 'ACCOUNT_NOT_FOUND'] },
  })
  unlinkAccount(@Current() current: AuthContext, @Body() body: UnlinkAccountBody) {
    return this.unlink.execute(current, body);
  }

  @AuthPost('get-access-token', {
    summary: 'An access token of the provider’s, refreshed where it is about to expire',
    access: 'sensitive',
    body: AccountSelection,
    answer: AccessTokenAnswer,
    errors: { 400: ['ACCOUNT_NOT_FOUND', 'PROVIDER_NOT_SUPPORTED', 'FAILED_TO_GET_ACCESS_TOKEN'] },
    empty: NOBODY,
  })
  getAccessToken(
    @Current() current: AuthContext,
    @Body() selection: AccountSelection,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.accessToken.execute(current, selection, { request, reply });
  }

  @AuthPost('refresh-token', {
    summary: 'New tokens from the provider',
    access: 'sensitive',
    body: AccountSelection,
    answer: RefreshedAnswer,
    errors: {
      400: [
        'ACCOUNT_NOT_FOUND',
        'PROVIDER_NOT_SUPPORTED',
        'TOKEN_REFRESH_NOT_SUPPORTED',
        'REFRESH_TOKEN_NOT_FOUND',
        'FAILED_TO_REFRESH_ACCESS_TOKEN',
      ],
    },
    empty: NOBODY,
  })
  refreshToken(
    @Current() current: AuthContext,
    @Body() selection: AccountSelection,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.refresh.execute(current, selection, { request, reply });
  }

  @AuthGet('account-info', {
    summary: 'What the provider says of the user now',
    access: 'sensitive',
    query: AccountSelection,
    answer: AccountInfoAnswer,
    errors: {
      400: [
        'ACCOUNT_NOT_FOUND',
        'PROVIDER_NOT_CONFIGURED',
        'FAILED_TO_GET_ACCESS_TOKEN',
        'ACCESS_TOKEN_NOT_FOUND',
      ],
      401: ['FAILED_TO_GET_USER_INFO'],
    },
    empty: NOBODY,
  })
  accountInfo(
    @Current() current: AuthContext,
    @Query() selection: AccountSelection,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.info.execute(current, selection, { request, reply });
  }
}
