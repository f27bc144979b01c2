import { Inject, Injectable } from '@nestjs/common';
import { BASE_PATH, type Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { Redirect } from '../../http/answer.js';
import { Text } from '../../http/fields.js';
import { verificationIdentifier } from '../../verifications/verification-identifier.js';
import { VerificationsStore } from '../../verifications/verifications.store.js';

export class ResetPasswordCallbackQuery {
  @Text({ description: 'The page of the front end that asks for the new password' })
  callbackURL!: string;
}

/**
 * Redirects from the mailed link to the page that asks for a new password
 * (src/accounts/protocol.md, "reset-password/:token"). The token stays valid.
 */
@Injectable()
export class ResetPasswordCallback {
  constructor(
    private readonly verifications: VerificationsStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async execute(token: string, { callbackURL }: ResetPasswordCallbackQuery): Promise<Redirect> {
    const isGood =
      callbackURL !== '' &&
      (await this.verifications.find(verificationIdentifier.resetPassword(token))) !== undefined;
    return this.to(callbackURL, isGood ? { token } : { error: 'INVALID_TOKEN' });
  }

  /** Unlike other redirects this one is absolute, and its parameter replaces one of the same name. */
  private to(callbackURL: string, parameters: Record<string, string>): Redirect {
    const base = `${this.config.origin}${BASE_PATH}`;
    const target = callbackURL !== '' && URL.canParse(callbackURL, base) ? callbackURL : `${base}/error`;
    const url = new URL(target, base);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return new Redirect(url.href);
  }
}
