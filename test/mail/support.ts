import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { freePort } from '../../src/local/free-port.js';
import type { Mail } from '../../src/mail/mail.js';
import { SECRET } from '../setup/gatehouse.js';
import type { TestDatabase } from '../setup/database.js';
import { startProgram, type Program } from '../setup/program.js';

export interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly mail: ParsedMail;
}

export interface MailServer {
  readonly port: number;
  readonly url: string;
  readonly received: readonly Received[];
  readonly connections: number;
  /** Waits until `count` mails have arrived. */
  got(count: number): Promise<readonly Received[]>;
  stop(): Promise<void>;
}

/** Starts an SMTP server in this process, without TLS unless the options enable it. */
export async function startMailServer(
  options: SMTPServerOptions & { port?: number; answerData?: () => Promise<Error | undefined> } = {},
): Promise<MailServer> {
  const received: Received[] = [];
  let connections = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    closeTimeout: 100,
    logger: false,
    onConnect: (_session, done) => {
      connections++;
      done();
    },
    onData: (stream, { envelope }, done) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of stream) chunks.push(chunk as Buffer);
        const refusal = await options.answerData?.();
        if (refusal) return done(refusal);
        const raw = Buffer.concat(chunks).toString();
        received.push({
          from: envelope.mailFrom ? envelope.mailFrom.address : '',
          to: envelope.rcptTo.map(({ address }) => address),
          raw,
          mail: await simpleParser(raw),
        });
        done();
      })();
    },
    ...options,
  });
  // Some tests disconnect the client in the middle of a mail.
  server.on('error', () => {});
  const listening = server.listen(options.port ?? 0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  return {
    port,
    url: `${options.secure ? 'smtps' : 'smtp'}://127.0.0.1:${port}`,
    received,
    get connections() {
      return connections;
    },
    async got(count) {
      await until(() => received.length >= count, `${count} mails, ${received.length} came`);
      return received;
    },
    stop: () => new Promise((done) => server.close(() => done())),
  };
}

/** Accepts connections and never sends anything. */
export async function startSilentServer(): Promise<{ port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

export interface MailProgram extends Program {
  /** Makes the program store the mails, optionally in a transaction. `milliseconds` is the time this took. */
  send(mails: readonly Mail[], transaction?: 'commit' | 'roll back'): Promise<SendAnswer>;
}

interface SendAnswer {
  readonly enabled: boolean;
  readonly milliseconds: number;
}

export async function startMailProgram(
  database: TestDatabase,
  environment: Record<string, string>,
): Promise<MailProgram> {
  const port = await freePort();
  const program = startProgram('../test/mail/mail-program.mjs', {
    environment: {
      DATABASE_URL: database.url,
      BETTER_AUTH_SECRET: SECRET,
      BETTER_AUTH_URL: 'https://auth.example.com',
      MAIL_FROM: 'Example <no-reply@example.com>',
      PORT: String(port),
      ...environment,
    },
  });
  await program.told('ready');
  return {
    ...program,
    async send(mails, transaction) {
      const answer = await fetch(`http://127.0.0.1:${port}/`, {
        method: 'POST',
        body: JSON.stringify({ mails, transaction }),
      });
      return (await answer.json()) as SendAnswer;
    },
  };
}

const TOKEN = 'Zk3vR8pQx1LmN5tYb7WcD2fG';

export function aMail(given: Partial<Mail> = {}): Mail {
  return {
    kind: 'reset-password',
    to: 'ada@example.com',
    language: undefined,
    values: {
      name: 'Ada Lovelace',
      url: `https://auth.example.com/api/auth/reset-password/${TOKEN}?callbackURL=%2Fnew&x=1`,
    },
    ...given,
  };
}

export const aMailTo = (to: string): Mail => aMail({ to });

export interface Row {
  readonly id: string;
  readonly recipient: string;
  readonly content: string;
  readonly attempts: number;
  readonly next_attempt_at: Date | null;
  readonly last_error: string | null;
}

export const rows = (database: TestDatabase): Promise<Row[]> =>
  database.query<Row & Record<string, unknown>>('select * from gatehouse.mails order by created_at, id');

export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 50_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`timed out waiting for ${what}`);
    await sleep(25);
  }
}
