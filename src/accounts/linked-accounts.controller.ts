import { Body, Controller, Query } from '@nestjs/common';
import { ApiProperty, ApiTags } from '../openapi/decorators.js';
import { AccountCookie } from '../cookies/account-cookie.js';
import type { CookieJar } from '../cookies/cookie-jar.js';
import { Answer, type AnswerParts } from '../http/answer.js';
import { AuthGet, AuthPost } from '../http/auth-route.js';
import { Jar } from '../http/request-cookies.js';
import { type Client, From } from '../http/client.js';
import { StatusAnswer } from '../http/status-answer.js';
import type { Account } from './account.js';
import { AccountSelection } from './account-selection.js';
import { accountDataOf } from './present-account.js';
import { GetAccountInfo } from './use-cases/account-info.js';
import { GetAccessToken } from './use-cases/get-access-token.js';
import { RefreshToken } from './use-cases/refresh-token.js';
import { UnlinkAccount, UnlinkAccountBody } from './use-cases/unlink-account.js';
import { type AuthContext, Current } from '../sessions/auth-context.js';

class AccessTokenAnswer {
  @ApiProperty({ description: 'Empty if the provider gave none' })
  accessToken!: string;

  @ApiProperty({ required: false, format: 'date-time' })
  accessTokenExpiresAt?: string;

  @ApiProperty({ type: [String], description: 'The scopes that the user granted' })
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

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The scopes that the user granted, joined with commas',
  })
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

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'The profile as the provider sent it',
  })
  data!: object;

  @ApiProperty({ type: AccountName })
  account!: AccountName;
}

/** Sends the account cookie again if the tokens have changed. */
const renewed = (account: Account | undefined): AnswerParts =>
  account ? { account: accountDataOf(account) } : {};

const NOBODY = { 401: 'nobody is signed in' };

@ApiTags('Linked accounts')
@Controller()
export class LinkedAccountsController {
  constructor(
    private readonly unlink: UnlinkAccount,
    private readonly accessToken: GetAccessToken,
    private readonly refresh: RefreshToken,
    private readonly info: GetAccountInfo,
    private readonly cookie: AccountCookie,
  ) {}

  @AuthPost('unlink-account', {
    shortBody: true,
    summary: 'Unlink an account',
    access: 'fresh',
    body: UnlinkAccountBody,
    answer: StatusAnswer,
    errors: { 400: ['FAILED_TO_UNLINK_LAST_ACCOUNT', 'ACCOUNT_NOT_FOUND'] },
  })
  unlinkAccount(@Current() current: AuthContext, @Body() body: UnlinkAccountBody, @From() client: Client) {
    return this.unlink.execute(current, body, client);
  }

  @AuthPost('get-access-token', {
    shortBody: true,
    summary: 'Get an access token of the provider, refreshed if it is about to expire',
    access: 'sensitive',
    body: AccountSelection,
    answer: AccessTokenAnswer,
    errors: { 400: ['ACCOUNT_NOT_FOUND', 'PROVIDER_NOT_SUPPORTED', 'FAILED_TO_GET_ACCESS_TOKEN'] },
    empty: NOBODY,
  })
  async getAccessToken(
    @Current() { user }: AuthContext,
    @Body() selection: AccountSelection,
    @Jar() jar: CookieJar,
  ) {
    const id = await this.accountId(selection, user.id, jar);
    const { tokens, refreshed } = await this.accessToken.execute(user, id);
    return new Answer(tokens, renewed(refreshed));
  }

  @AuthPost('refresh-token', {
    shortBody: true,
    summary: 'Get new tokens from the provider',
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
  async refreshToken(
    @Current() { user }: AuthContext,
    @Body() selection: AccountSelection,
    @Jar() jar: CookieJar,
  ) {
    const id = await this.accountId(selection, user.id, jar);
    const { answer, account } = await this.refresh.execute(user, id);
    return new Answer(answer, selection.useAccountCookie ? renewed(account) : {});
  }

  @AuthGet('account-info', {
    summary: 'Ask the provider for the user’s current profile',
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
  async accountInfo(
    @Current() { user }: AuthContext,
    @Query() selection: AccountSelection,
    @Jar() jar: CookieJar,
  ) {
    const { info, refreshed } = await this.info.execute(user, await this.accountId(selection, user.id, jar));
    return new Answer(info, renewed(refreshed));
  }

  /** Takes only the id from the cookie, because its other fields may be older than the row. */
  private async accountId(
    { accountId, useAccountCookie }: AccountSelection,
    userId: string,
    jar: CookieJar,
  ): Promise<string | undefined> {
    return useAccountCookie ? (await this.cookie.read(jar, userId))?.id : accountId;
  }
}
