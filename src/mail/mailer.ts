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
import { linkLife } from './mail-life.js';
import { MailSender } from './mail-sender.js';
import { MailTemplates } from './mail-templates.js';
import { MailsStore } from './mails.store.js';

export type { Mail, MailKind } from './mail.js';

/** Seconds for which a mail is tried, be its link good for longer. */
const LONGEST_TRY = 3 * 86_400;

/** Sends mail without anybody waiting for the mail server. */
@Injectable()
export class Mailer implements OnModuleInit {
  private readonly commits = new CommitWatch(() => this.sender.wake());

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly templates: MailTemplates,
    private readonly mails: MailsStore,
    private readonly sender: MailSender,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.dataSource.subscribers.push(this.commits);
  }

  /** In production without a mail server, what needs mail answers as not enabled. */
  get enabled(): boolean {
    return this.config.smtpUrl !== undefined || !this.config.production;
  }

  /** Within the caller's transaction, if it has one: a mail goes out if and only if what it speaks of has happened. */
  async send(mail: Mail, manager?: EntityManager): Promise<void> {
    const { kind, to, language, values } = mail;
    if (this.config.smtpUrl === undefined) return this.sendToLog(mail);
    await this.mails.add(
      {
        id: randomToken(32),
        kind,
        recipient: to,
        locale: chooseLocale(language, this.templates.locales),
        content: encrypt(JSON.stringify(values), encryptionKeyOf(this.config)),
        life: Math.min(LONGEST_TRY, linkLife(kind, this.config)),
      },
      manager,
    );
    this.commits.watch(manager?.queryRunner);
  }

  private sendToLog({ kind, to, values }: Mail): void {
    if (this.enabled) this.logger.log(`mail ${kind} to ${to}: ${values.url}`);
    else this.logger.warn(`mail ${kind} not sent: SMTP_URL is not set`);
  }
}
