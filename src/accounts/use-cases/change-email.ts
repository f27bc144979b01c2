import { Inject, Injectable } from '@nestjs/common';
import { atLeast } from '../../concurrency/at-least.js';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { badRequest, badRequestWithoutCode } from '../../errors/auth-error.js';
import { Email, Text } from '../../http/fields.js';
import type { Client } from '../../http/client.js';
import { UsersStore } from '../../users/users.store.js';
import { EmailLinks, type LinkRequest } from '../email-links.js';
import { EmailWriter } from '../email-writer.js';
import type { User } from '../../users/user.js';
import { lowerCaseAddress } from '../../network/lower-case-address.js';

export class ChangeEmailBody {
  @Email({ example: 'ada.king@example.com' })
  newEmail!: string;

  @Text({ optional: true, description: 'Where the mailed link leads' })
  callbackURL?: string;
}

/** Milliseconds. The least time of an answer, so that its time does not reveal who has an account. */
const FLOOR = 200;

/**
 * Changes the user's e-mail after its owner has followed a mailed link
 * (src/accounts/protocol.md, "change-email").
 */
@Injectable()
export class ChangeEmail {
  constructor(
    private readonly users: UsersStore,
    private readonly links: EmailLinks,
    private readonly writer: EmailWriter,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Checks in the order of src/accounts/protocol.md, "change-email". The answer is the same for taken and
   * free addresses.
   * @returns the user with the new address if it changed at once, else undefined.
   * @throws {AuthError} 400 `CHANGE_EMAIL_DISABLED`; 400 without a code if nothing would change or no mail can be sent.
   */
  async execute(
    user: User,
    { newEmail: wanted, callbackURL }: ChangeEmailBody,
    client: Client,
  ): Promise<User | undefined> {
    const { enabled, updateEmailWithoutVerification } = this.config.user.changeEmail;
    if (!enabled) throw badRequest('CHANGE_EMAIL_DISABLED');
    const newEmail = lowerCaseAddress(wanted);
    if (newEmail === user.email) throw badRequestWithoutCode('Email is the same');
    const atOnce = !user.emailVerified && updateEmailWithoutVerification;
    if (!atOnce && !this.links.enabled) throw badRequestWithoutCode("Verification email isn't enabled");
    const link = { user, newEmail, callbackURL, language: client.language };
    return atLeast(FLOOR, atOnce ? this.changeAtOnce(user, client, link) : this.mailLink(user, link));
  }

  private async mailLink(user: User, link: LinkRequest & { newEmail: string }): Promise<undefined> {
    if (await this.users.isEmailTaken(link.newEmail)) return undefined;
    const { sendChangeEmailConfirmation } = this.config.user.changeEmail;
    if (user.emailVerified && sendChangeEmailConfirmation) await this.links.confirmChange(link);
    else await this.links.verifyChange(link);
    return undefined;
  }

  /** Only for a user whose current address is not verified either. */
  private async changeAtOnce(
    user: User,
    client: Client,
    link: LinkRequest & { readonly newEmail: string },
  ): Promise<User | undefined> {
    const changed = await this.writer.change(user, { email: link.newEmail }, client);
    if (changed && this.links.enabled) await this.links.verify({ ...link, user: changed });
    return changed;
  }
}
