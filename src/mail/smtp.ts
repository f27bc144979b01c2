import type { SendMailOptions, Transporter } from 'nodemailer';

/** Messages that are sent at the same time. */
export const CONNECTIONS = 5;

/** Timeouts in milliseconds. RFC 5321 §4.5.3.2 gives a server 5 minutes for most commands. */
const CONNECT = 10_000;
const GREETING = 30_000;
const ANSWER = 300_000;
/**
 * Milliseconds. Idle connections are closed, because a firewall may drop one silently, and the next mail would get no
 * answer.
 */
const IDLE = 10_000;

/** These options would print whole SMTP conversations, including the links in mails. */
const LOUD = ['logger', 'debug', 'transactionLog'];

/**
 * A pool of connections to the mail server. It uses STARTTLS if the server offers it. With `?requireTLS=true` in the URL
 * it sends nothing without TLS. The URL may contain other options of nodemailer too.
 */
export class Smtp {
  private readonly url: URL;
  private opened: Promise<Transporter> | undefined;

  constructor(smtpUrl: string) {
    this.url = new URL(smtpUrl);
    for (const option of LOUD) this.url.searchParams.delete(option);
  }

  /** Resolves when the server has accepted the message. Rejects with the error of the server or the connection. */
  async send(message: SendMailOptions, signal: AbortSignal): Promise<void> {
    this.opened ??= this.open();
    await (await this.opened).sendMail({ ...message, signal });
  }

  close(): void {
    void this.opened?.then((transport) => transport.close());
  }

  /** Loads nodemailer with the first mail, so that the server starts faster. */
  private async open(): Promise<Transporter> {
    const { createTransport } = await import('nodemailer');
    return createTransport({
      pool: true,
      maxConnections: CONNECTIONS,
      maxRequeues: 0, // the database decides when a mail is tried again
      connectionTimeout: CONNECT,
      greetingTimeout: GREETING,
      socketTimeout: ANSWER,
      idleTimeout: IDLE,
      url: this.url.href,
    });
  }
}
