import type { SendMailOptions, Transporter } from 'nodemailer';

/** Messages that go out at the same time. */
export const CONNECTIONS = 5;

/** Milliseconds; RFC 5321 §4.5.3.2 gives a server five minutes for most commands. */
const CONNECT = 10_000;
const GREETING = 30_000;
const ANSWER = 300_000;
/** A firewall forgets a silent connection, and the next mail would wait for an answer in vain. */
const IDLE = 10_000;

/** Would write whole conversations, links included, to standard output. */
const LOUD = ['logger', 'debug', 'transactionLog'];

/**
 * A pool of connections to the mail server. STARTTLS is used where the server offers it; `?requireTLS=true` in the URL
 * insists, and other options of nodemailer may stand there too.
 */
export class Smtp {
  private readonly url: URL;
  private opened: Promise<Transporter> | undefined;

  constructor(smtpUrl: string) {
    this.url = new URL(smtpUrl);
    for (const option of LOUD) this.url.searchParams.delete(option);
  }

  /** Returns when the server has taken the message; rejects with its answer, or with why there is none. */
  async send(message: SendMailOptions, signal: AbortSignal): Promise<void> {
    this.opened ??= this.open();
    await (await this.opened).sendMail({ ...message, signal });
  }

  close(): void {
    void this.opened?.then((transport) => transport.close());
  }

  /** Loaded with the first mail: a start need not wait for it. */
  private async open(): Promise<Transporter> {
    const { createTransport } = await import('nodemailer');
    return createTransport({
      pool: true,
      maxConnections: CONNECTIONS,
      maxRequeues: 0, // what is tried again, and when, stands in the database
      connectionTimeout: CONNECT,
      greetingTimeout: GREETING,
      socketTimeout: ANSWER,
      idleTimeout: IDLE,
      url: this.url.href,
    });
  }
}
