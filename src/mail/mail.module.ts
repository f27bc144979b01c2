import { Module } from '@nestjs/common';
import { MailKinds } from './mail-kinds.js';
import { MailMetrics } from './mail-metrics.js';
import { MailSender } from './mail-sender.js';
import { MailTemplates } from './mail-templates.js';
import { Mailer } from './mailer.js';
import { MailsStore } from './mails.store.js';

@Module({
  providers: [MailKinds, MailTemplates, MailsStore, MailMetrics, MailSender, Mailer],
  exports: [MailKinds, Mailer],
})
export class MailModule {}
