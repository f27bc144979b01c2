import { Inject, Injectable } from '@nestjs/common';
import { Audit } from '../../audit/audit.js';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { notFound } from '../../errors/auth-error.js';
import type { Client } from '../../http/client.js';
import { Text } from '../../http/fields.js';
import type { RequestedSession } from '../../sessions/requested-session.js';
import { AccountDeletion } from '../account-deletion.js';

export class DeleteUserCallbackQuery {
  @Text({ description: 'The token of the mailed link' })
  token!: string;

  @Text({ optional: true, description: 'Where the browser goes after the deletion' })
  callbackURL?: string;
}

/**
 * Deletes a user by the mailed link, in a browser where that user is signed in
 * (src/accounts/protocol.md, "delete-user/callback").
 */
@Injectable()
export class DeleteUserCallback {
  constructor(
    private readonly audit: Audit,
    private readonly deletion: AccountDeletion,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws {AuthError} 404 `NOT_FOUND` if switched off, `FAILED_TO_GET_USER_INFO` without a session, `INVALID_TOKEN`. */
  async execute(
    { token }: DeleteUserCallbackQuery,
    requested: RequestedSession,
    client: Client,
  ): Promise<void> {
    if (!this.config.user.deleteUser.enabled) throw notFound('NOT_FOUND');
    const auth = await requested.resolve({ sensitive: true });
    if (!auth) throw notFound('FAILED_TO_GET_USER_INFO');
    const outcome = await this.audit.transaction({ client, session: auth.session.id }, (manager) =>
      this.deletion.redeem(auth.user.id, token, manager),
    );
    if (outcome === 'no such token') throw notFound('INVALID_TOKEN');
  }
}
