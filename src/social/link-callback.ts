import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { purposeKeyringOf } from '../config/keyring.js';
import { tryDecrypt } from '../crypto/symmetric-encryption.js';
import type { Client } from '../http/client.js';
import { LiveSession } from '../sessions/live-session.js';
import { ExplicitLinking } from './explicit-linking.js';
import type { LinkTarget } from './oauth-state-data.js';
import type { ProviderIdentity } from './provider-identity.js';
import { ProviderRefusal } from './provider-refusal.js';

/** Completes a linking after the browser has come back from the provider. */
@Injectable()
export class LinkCallback {
  constructor(
    private readonly linking: ExplicitLinking,
    private readonly sessions: LiveSession,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws {ProviderRefusal} */
  async complete(link: LinkTarget, identity: ProviderIdentity, client: Client): Promise<void> {
    if (!(await this.isSessionLive(link))) {
      throw new ProviderRefusal('unable_to_link_account', 'the session that asked for it has ended');
    }
    const refusal = await this.linking.refusal(link, identity);
    if (refusal) {
      throw new ProviderRefusal(refusal, 'the e-mail is another one or not verified, or linking is off');
    }
    await this.linking.link(link, identity, client);
  }

  /** If the session has ended in the meantime, nobody may add a way to sign in with it. */
  private async isSessionLive({ userId, encryptedSessionToken }: LinkTarget): Promise<boolean> {
    const keyring = purposeKeyringOf(this.config, 'oauth-link-session-token');
    const token =
      encryptedSessionToken === undefined ? undefined : tryDecrypt(encryptedSessionToken, keyring);
    return token !== undefined && (await this.sessions.ownerOf(token)) === userId;
  }
}
