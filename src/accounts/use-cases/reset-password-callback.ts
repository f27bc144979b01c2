import { Inject, Injectable } from '@nestjs/common';
import { BASE_PATH, type Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import type { AuthError } from '../../errors/auth-error.js';
import { Text } from '../../http/fields.js';
import { redirect } from '../../http/redirect.js';
import { verificationIdentifier } from '../../verifications/verification-identifier.js';
import { VerificationsStore } from '../../verifications/verifications.store.js';

export class ResetPasswordCallbackQuery {
  @Text({ description: 'Where the front end asks for the new password' })
  callbackURL!: string;
}

/** From the mailed link to the page that asks for a new password, with the token (protocol.md §1.22); redeems nothing. */
@Injectable()
export class ResetPasswordCallback {
  constructor(
    private readonly verifications: VerificationsStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws {AuthError} 302, always. */
  async execute(token: string, { callbackURL }: ResetPasswordCallbackQuery): Promise<never> {
    const isGood =
      callbackURL !== '' &&
      (await this.verifications.find(verificationIdentifier.resetPassword(token))) !== undefined;
    throw this.to(callbackURL, isGood ? { token } : { error: 'INVALID_TOKEN' });
  }

  /** Absolute, unlike other redirects, and the parameter in place of one of the same name. */
  private to(callbackURL: string, parameters: Record<string, string>): AuthError {
    const base = `${this.config.origin}${BASE_PATH}`;
    const target = callbackURL !== '' && URL.canParse(callbackURL, base) ? callbackURL : `${base}/error`;
    const url = new URL(target, base);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return redirect(url.href);
  }
}
