import { Module } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { MailMetrics } from './mail-metrics.js';
import { MailSender } from './mail-sender.js';
import { MailTemplates } from './mail-templates.js';
import { Mailer } from './mailer.js';
import { MailsStore } from './mails.store.js';

const templates = {
  provide: MailTemplates,
  inject: [CONFIG],
  useFactory: (config: Config) => MailTemplates.load(config.mailTemplates),
};

@Module({
  providers: [templates, MailsStore, MailMetrics, MailSender, Mailer],
  exports: [Mailer],
})
export class MailModule {}
