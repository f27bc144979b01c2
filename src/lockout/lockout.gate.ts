import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  PasswordGates,
  type Outcome,
  type PasswordAttempt,
  type PasswordGate,
} from '../accounts/password-gates.js';
import { Audit } from '../audit/audit.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { currentSecret } from '../config/keyring.js';
import { tooManyRequests, type AuthError } from '../errors/auth-error.js';
import { Mailer } from '../mail/mailer.js';
import { lowerCaseAddress } from '../network/lower-case-address.js';
import { GuessesStore, type LockRule } from './guesses.store.js';
import { GUESSED_PASSWORDS } from './mails/lockout-mails.js';

/** Seconds of the first refusal. */
const FIRST = 30;
/** All networks without a sign-in together may guess this many times as often as one network. */
const ALL_NETWORKS = 10;

/**
 * Refuses attempts at an account after too many wrong passwords from the same network, for a growing time. Attempts from
 * all networks where the owner has never signed in are also counted together, because attackers have many networks. A
 * network where the owner has signed in has only its own count, so nobody can lock the owner out there.
 *
 * Addresses without an account are counted in the same way, so the refusal does not reveal who has one.
 */
@Injectable()
export class LockoutGate implements PasswordGate {
  private readonly oneNetwork: LockRule;
  private readonly allNetworks: LockRule;

  constructor(
    gates: PasswordGates,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly guesses: GuessesStore,
    private readonly mailer: Mailer,
    private readonly audit: Audit,
  ) {
    const { enabled, after, longest } = config.lockout;
    this.oneNetwork = { after, first: Math.min(FIRST, longest), longest };
    this.allNetworks = { ...this.oneNetwork, after: after * ALL_NETWORKS };
    if (enabled) gates.add(this);
  }

  async refuse(attempt: PasswordAttempt): Promise<AuthError | undefined> {
    const ids = this.idsOf(attempt);
    const own = await this.guesses.admit(ids.own, this.oneNetwork);
    if (own.wait > 0) return tooManyRequests(own.wait);
    if (own.trusted) return undefined;
    const all = await this.guesses.admit(ids.all, this.allNetworks);
    if (all.wait === 0) return undefined;
    await this.guesses.takeBack(ids.own);
    return tooManyRequests(all.wait);
  }

  async settle(attempt: PasswordAttempt, outcome: Outcome): Promise<void> {
    const ids = this.idsOf(attempt);
    if (outcome === 'wrong') return this.tellOwner(attempt, ids);
    await this.guesses.takeBack(ids.all);
    if (outcome === 'right') await this.guesses.trust(ids.own);
    else await this.guesses.takeBack(ids.own);
  }

  async trust(attempt: PasswordAttempt): Promise<void> {
    await this.guesses.trust(this.idsOf(attempt).own);
  }

  /** Records that a lock begins, and mails the owner at most once a day. */
  private async tellOwner(
    { owner, client }: PasswordAttempt,
    ids: { own: string; all: string },
  ): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const until = await this.guesses.lockedUntil([ids.own, ids.all], manager);
      if (!until) return;
      const locked = { event: 'account.locked', client, subject: owner?.id, details: { until } };
      await this.audit.record(locked, manager);
      const claimed = await this.guesses.claimMail(ids.all, [ids.own, ids.all], manager);
      if (!claimed || !owner || !this.mailer.enabled) return;
      const mail = {
        kind: GUESSED_PASSWORDS,
        to: owner.email,
        language: client.language,
        values: { name: owner.name, url: this.config.origin },
      };
      await this.mailer.send(mail, manager);
    });
  }

  /** Digests with a key, so that the table does not reveal who was attacked from where. */
  private idsOf({ address, client }: PasswordAttempt): { own: string; all: string } {
    const account = lowerCaseAddress(address.trim());
    const idOf = (network: string) =>
      createHmac('sha256', currentSecret(this.config))
        .update(JSON.stringify(['password-guesses', account, network]))
        .digest('base64url');
    return { own: idOf(client.network), all: idOf('*') };
  }
}
