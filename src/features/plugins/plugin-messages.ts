import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import type { PluginText } from '../../config/plugins/plugin-senders.js';
import { Logger } from '../../logging/logger.js';
import { chooseLocale } from '../../mail/accept-language.js';
import { Mailer } from '../../mail/mailer.js';
import { MailKinds } from '../../mail/mail-kinds.js';
import { HostDatabase } from './host-database.js';
import { PLUGIN_MAILS } from './mails/plugin-mails.js';

/** Milliseconds that the server waits for the service that sends text messages. */
const PATIENCE = 8000;

const TEXTS: Readonly<Record<string, (otp: string, site: string) => string>> = {
  en: (otp, site) => `${otp} is your code for ${site}.`,
  de: (otp, site) => `${otp} ist Ihr Code für ${site}.`,
  es: (otp, site) => `${otp} es tu código para ${site}.`,
};

/** Sends the mails and text messages of plugins. */
@Injectable()
export class PluginMessages {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly mailer: Mailer,
    private readonly logger: Logger,
    private readonly database: HostDatabase,
    kinds: MailKinds,
  ) {
    if (!config.plugins) return;
    kinds.add(...PLUGIN_MAILS);
    const { senders } = config.plugins;
    senders.mail = async ({ kind, to, name, values, language }) =>
      this.mailer.send({ kind, to, language, values: { name, ...values } }, await this.database.manager());
    senders.text = (message) => this.sendText(message);
  }

  private async sendText({ to, otp, kind, language }: PluginText): Promise<void> {
    const { smsWebhookUrl, production, origin } = this.config;
    if (smsWebhookUrl === undefined) {
      if (production)
        this.logger.warn(
          'a text message was not sent: SMS_WEBHOOK_URL is not set. Set it to the URL that sends them',
        );
      else this.logger.log(`text ${kind} to ${to}: ${otp}`);
      return;
    }
    const locale = chooseLocale(language, Object.keys(TEXTS));
    const text = TEXTS[locale]?.(otp, new URL(origin).hostname);
    const answer = await fetch(smsWebhookUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ to, otp, text, kind }),
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (!answer.ok) throw new Error(`SMS_WEBHOOK_URL answered with status ${answer.status}.`);
  }
}
