import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { encryptionKeyOf } from '../config/keyring.js';
import { randomToken } from '../crypto/random.js';
import { encrypt } from '../crypto/symmetric-encryption.js';
import { Logger } from '../logging/logger.js';
import { chooseLocale } from './accept-language.js';
import { CommitWatch } from './commit-watch.js';
import type { Mail } from './mail.js';
import { MailKinds, type MailKind } from './mail-kinds.js';
import { MailSender } from './mail-sender.js';
import { MailTemplates } from './mail-templates.js';
import { MailsStore } from './mails.store.js';

/** A mail is tried for at most this many seconds, even if its link works longer. */
const LONGEST_TRY = 3 * 86_400;

/** Stores mails to be sent, so that requests do not wait for the mail server. */
@Injectable()
export class Mailer implements OnModuleInit {
  private readonly commits = new CommitWatch(() => this.sender.wake());

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly kinds: MailKinds,
    private readonly templates: MailTemplates,
    private readonly mails: MailsStore,
    private readonly sender: MailSender,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.dataSource.subscribers.push(this.commits);
  }

  /**
   * False in production, and at a public address, without a mail server. Routes that need mail then answer that they are
   * not enabled.
   */
  get enabled(): boolean {
    return this.config.smtpUrl !== undefined || this.config.mailsInLog;
  }

  /** The same for one kind of mail, which a feature may deliver itself. */
  delivers(kind: string): boolean {
    return this.enabled || this.kinds.deliveryOf(kind) !== undefined;
  }

  /** Stores the mail in the caller's transaction, if there is one. So it is sent only if the transaction is committed. */
  async send(mail: Mail, manager?: EntityManager): Promise<void> {
    const { to, language } = mail;
    const kind = this.kinds.named(mail.kind);
    const isOwn = this.kinds.deliveryOf(kind.name) !== undefined;
    if (this.config.smtpUrl === undefined && !isOwn) return this.sendToLog(kind, mail);
    const values = isOwn ? { ...mail.values, language } : mail.values;
    await this.mails.add(
      {
        id: randomToken(32),
        kind: kind.name,
        recipient: to,
        locale: chooseLocale(language, this.templates.localesOf(kind.name)),
        content: encrypt(JSON.stringify(values), encryptionKeyOf(this.config)),
        life: Math.min(LONGEST_TRY, kind.life(this.config)),
      },
      manager,
    );
    this.commits.watch(manager?.queryRunner);
  }

  private sendToLog({ name, essential }: MailKind, { to, values }: Mail): void {
    if (this.enabled) this.logger.log(`mail ${name} to ${to}: ${values[essential]}`);
    else this.logger.warn(`mail ${name} not sent: SMTP_URL is not set. Set it to the URL of the mail server`);
  }
}
