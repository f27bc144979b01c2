import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/local/free-port.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse } from '../setup/gatehouse.js';
import { runToEnd } from '../setup/run-to-end.js';
import {
  aMail,
  aMailTo,
  rows,
  smtpError,
  startMailProgram,
  startMailServer,
  startSilentServer,
  until,
  type MailProgram,
  type MailServer,
} from './support.js';

/** Milliseconds. A faster answer did not wait for the mail server: it is one insert on a busy machine. */
const AT_ONCE = 1000;

let database: TestDatabase;
let running: { stop(): Promise<unknown> }[];

beforeEach(async () => {
  database = await createDatabase({ template: MIGRATED });
  running = [];
});

afterEach(async () => {
  for (const each of running.toReversed()) await each.stop();
  await database.drop();
});

async function mailServer(options: Parameters<typeof startMailServer>[0] = {}): Promise<MailServer> {
  const server = await startMailServer(options);
  running.push(server);
  return server;
}

async function mailProgram(smtpUrl: string, more: Record<string, string> = {}): Promise<MailProgram> {
  const program = await startMailProgram(database, { SMTP_URL: smtpUrl, ...more });
  running.push(program);
  return program;
}

const empty = () => until(async () => (await rows(database)).length === 0, 'the table to be empty');
const recipients = ({ received }: MailServer) => received.flatMap(({ to }) => to).toSorted();
const addresses = (count: number) =>
  Array.from({ length: count }, (_, index) => `user${String(index).padStart(3, '0')}@example.com`);

describe('while the mail server is down', () => {
  it('answers are not delayed, and every mail is sent once when the server is up', async () => {
    const port = await freePort();
    const program = await mailProgram(`smtp://127.0.0.1:${port}`);
    const sent = addresses(20);
    const { milliseconds } = await program.send(sent.map(aMailTo), 'commit');
    expect(milliseconds).toBeLessThan(AT_ONCE);
    await program.told('the mail server cannot be used (ECONNREFUSED), so mails wait');
    const again = await program.send([aMailTo('later@example.com')]);
    expect(again.milliseconds).toBeLessThan(AT_ONCE);

    const server = await mailServer({ port });
    await empty();
    expect(recipients(server)).toEqual(['later@example.com', ...sent].toSorted());
    await program.told('the mail server answers again');
  });

  it('only one mail at a time is tried', async () => {
    const program = await mailProgram(`smtp://127.0.0.1:${await freePort()}`);
    await program.send(addresses(100).map(aMailTo), 'commit');
    await sleep(6000);
    const tried = (await rows(database)).reduce((sum, { attempts }) => sum + attempts, 0);
    // Up to 5 attempts start before the first one fails. Then there is one after about 1, 2 and 4 seconds.
    expect(tried).toBeGreaterThanOrEqual(2);
    expect(tried).toBeLessThanOrEqual(10);
  });

  it('a server that accepts connections but never answers delays no answer, and the mail is sent when it recovers', async () => {
    const silent = await startSilentServer();
    const program = await mailProgram(`smtp://127.0.0.1:${silent.port}?greetingTimeout=500`);
    const { milliseconds } = await program.send([aMail()], 'commit');
    expect(milliseconds).toBeLessThan(AT_ONCE);
    await program.told('the mail server cannot be used (ETIMEDOUT)');
    await silent.stop();
    const server = await mailServer({ port: silent.port });
    await empty();
    expect(recipients(server)).toEqual(['ada@example.com']);
  });

  it('a mail waits if the server refuses the login', async () => {
    const server = await mailServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(smtpError(535, '5.7.8 wrong password')),
    });
    const program = await mailProgram(`smtp://user:p%40ss@127.0.0.1:${server.port}`);
    await program.send([aMail()]);
    await program.told('the mail server cannot be used (535 5.7.8)');
    await until(async () => (await rows(database))[0]?.last_error !== null, 'the reason to be noted');
    const [row] = await rows(database);
    expect(row?.next_attempt_at).not.toBeNull();
    expect(`${program.output()}${row?.last_error}`).not.toContain('p@ss');
  });
});

describe('when the mail server refuses a mail', () => {
  it('for now (4yz), the mail is tried again and sent once', async () => {
    let tries = 0;
    const server = await mailServer({
      onRcptTo: (_address, _session, done) =>
        done(++tries === 1 ? smtpError(451, '4.7.1 Greylisted, see https://x.example/?token=secret') : null),
    });
    const program = await mailProgram(server.url);
    await program.send([aMail()], 'commit');
    await program.told('not accepted at attempt 1 (451 4.7.1), next attempt in');
    await until(async () => (await rows(database))[0]?.last_error !== null, 'the reason to be noted');
    const [row] = await rows(database);
    expect(row?.last_error).toContain('Greylisted');
    expect(row?.last_error).not.toContain('secret');
    await empty();
    expect([tries, recipients(server)]).toEqual([2, ['ada@example.com']]);
  });

  it('for good (5yz), the mail is kept and logged as given up, and the other mails are sent', async () => {
    const server = await mailServer({
      onRcptTo: ({ address }, _session, done) =>
        done(address === 'gone@example.com' ? smtpError(550, '5.1.1 No such user') : null),
    });
    const program = await mailProgram(server.url);
    await program.send(['gone@example.com', 'ada@example.com'].map(aMailTo), 'commit');
    await program.told('given up after attempt 1 (550 5.1.1)');
    await server.got(1);
    await until(async () => (await rows(database)).length === 1, 'the mail that was sent to go');
    expect(await rows(database)).toMatchObject([
      { recipient: 'gone@example.com', attempts: 1, next_attempt_at: null },
    ]);
    expect((await rows(database))[0]?.last_error).toContain('No such user');
    expect(recipients(server)).toEqual(['ada@example.com']);
  });

  it('after reading it, the link that the refusal quotes is not stored', async () => {
    const server = await mailServer({
      answerData: async () => smtpError(554, `5.7.1 Blocked: ${aMail().values.url}`),
    });
    const program = await mailProgram(server.url);
    await program.send([aMail()], 'commit');
    await program.told('is held, because the mail server refuses it (554 5.7.1, policy)');
    await until(async () => (await rows(database))[0]?.last_error !== null, 'the row to be marked');
    expect((await rows(database))[0]?.last_error).toContain('Blocked');
    expect(`${program.output()}${(await rows(database))[0]?.last_error}`).not.toMatch(/Zk3vR8pQ/);
  });
});

describe('when the mail server refuses a mail because of the operator’s settings', () => {
  it('the mail is held and reported, the server stays ready, and npm run mails -- retry sends it', async () => {
    let allowed = false;
    const denied = '5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied';
    const server = await mailServer({
      answerData: async () => (allowed ? undefined : smtpError(554, denied)),
    });
    const gatehouse = await startGatehouse({ SMTP_URL: server.url }, database);
    running.push(gatehouse);
    const program = await mailProgram('smtp://127.0.0.1:1');
    await program.send([aMail()]);
    await gatehouse.told('is held, because the mail server refuses it (554 5.2.0, sender not allowed)');
    await until(async () => (await rows(database))[0]?.last_error?.startsWith('554') ?? false, 'the mark');
    await program.stop();
    const metrics = await (await fetch(`${gatehouse.origin}/metrics`)).text();
    expect(metrics).toContain('gatehouse_mails{state="held"} 1');
    expect(metrics).toContain('gatehouse_mail_failures_total{kind="reset-password",outcome="held"} 1');
    expect((await fetch(`${gatehouse.origin}/health/ready`)).status).toBe(200);

    const mails = async (...words: string[]) =>
      await runToEnd('dist/src/commands/mails.js', {
        environment: { DATABASE_URL: database.url },
        arguments: words,
      });
    const { out } = await mails('list');
    expect(out).toMatch(
      /reset-password to ada@example\.com: held, attempts: \d\n {2}554 5\.2\.0, sender not allowed: /,
    );
    expect(out).not.toContain('Zk3vR8pQ');
    allowed = true;
    expect(await mails('retry')).toEqual({ code: 0, out: '1 mail will be sent again.\n', err: '' });
    await empty();
    expect(recipients(server)).toEqual(['ada@example.com']);
    expect((await mails()).out).toBe('All mails were sent.\n');
  });
});

describe('a mail whose link has expired', () => {
  it('is not sent, but kept and logged', async () => {
    const port = await freePort();
    const program = await mailProgram(`smtp://127.0.0.1:${port}`, { EMAIL_VERIFICATION_EXPIRES_IN: '1' });
    await program.send([aMail({ kind: 'verify-email' }), aMailTo('still.good@example.com')], 'commit');
    await sleep(1200);
    const server = await mailServer({ port });
    await program.told('given up: it expired before it could be sent');
    await server.got(1);
    await until(async () => (await rows(database)).length === 1, 'the other one to go');
    expect(recipients(server)).toEqual(['still.good@example.com']);
    expect(await rows(database)).toMatchObject([{ recipient: 'ada@example.com', next_attempt_at: null }]);
  });
});

describe('if a process ends', () => {
  it('by kill -9 after storing mails, the next process sends and counts them', async () => {
    const program = await mailProgram('smtp://127.0.0.1:1');
    await program.send(addresses(3).map(aMailTo), 'commit');
    await program.stop('SIGKILL');
    const server = await mailServer();
    const gatehouse = await startGatehouse({ SMTP_URL: server.url }, database);
    running.push(gatehouse);
    await empty();
    expect(recipients(server)).toEqual(addresses(3));
    const metrics = await (await fetch(`${gatehouse.origin}/metrics`)).text();
    expect(metrics).toContain('gatehouse_mails_sent_total{kind="reset-password"} 3');
    expect(metrics).toContain('gatehouse_mails{state="waiting"} 0');
  });

  it('by kill -9 while sending, another process takes the mail over', async () => {
    const silent = await startSilentServer();
    running.push(silent);
    const dying = await mailProgram(`smtp://127.0.0.1:${silent.port}`);
    await dying.send([aMail()], 'commit');
    await until(async () => (await rows(database))[0]?.attempts === 1, 'the attempt to begin');
    await dying.stop('SIGKILL');
    const server = await mailServer();
    await mailProgram(server.url);
    await server.got(1);
    await empty();
    expect(recipients(server)).toEqual(['ada@example.com']);
  });

  it('by SIGTERM, it finishes the mail it is sending and starts no other', async () => {
    let finish = () => {};
    const answered = new Promise<void>((resolve) => (finish = resolve));
    const server = await mailServer({ answerData: () => answered.then(() => undefined) });
    const program = await mailProgram(server.url);
    await program.send([aMail()], 'commit');
    await until(async () => (await rows(database))[0]?.attempts === 1, 'the attempt to begin');
    await until(() => server.connections === 1, 'the connection');
    await sleep(500);
    program.process.kill('SIGTERM');
    await sleep(500);
    expect(program.process.exitCode).toBeNull();
    finish();
    await program.ended();
    expect(recipients(server)).toEqual(['ada@example.com']);
    expect(await rows(database)).toEqual([]);
  });
});

describe('several instances on one database', () => {
  it('send each of 50 mails once', async () => {
    const port = await freePort();
    const one = await mailProgram(`smtp://127.0.0.1:${port}`);
    const other = await mailProgram(`smtp://127.0.0.1:${port}`);
    const sent = addresses(50);
    const server = await mailServer({ port });
    await Promise.all(
      sent.map((address, index) => (index % 2 ? one : other).send([aMailTo(address)], 'commit')),
    );
    await empty();
    await sleep(500);
    expect(recipients(server)).toEqual(sent);
    expect(new Set(server.received.map(({ mail }) => mail.messageId)).size).toBe(50);
  });

  it('leave a slow mail to the instance that is sending it', async () => {
    const server = await mailServer({
      answerData: async () => {
        await sleep(24_000); // longer than the lease of an instance that does not renew it
        return undefined;
      },
    });
    const program = await mailProgram(server.url);
    await mailProgram(server.url);
    await program.send([aMail()], 'commit');
    await empty();
    await sleep(500);
    expect([server.connections, recipients(server)]).toEqual([1, ['ada@example.com']]);
  });
});

describe('the connection', () => {
  it('uses TLS with smtps, and the login in the URL', async () => {
    const logins: unknown[] = [];
    const server = await mailServer({
      secure: true,
      authOptional: false,
      onAuth: ({ username, password }, _session, done) => {
        logins.push([username, password]);
        done(null, { user: username });
      },
    });
    const url = `smtps://us%40er:p%3Aa%2Fss@127.0.0.1:${server.port}?tls.rejectUnauthorized=false`;
    const program = await mailProgram(url);
    await program.send([aMail()]);
    await server.got(1);
    expect(logins).toEqual([['us@er', 'p:a/ss']]);
  });

  it('is refused if the certificate is not trusted', async () => {
    const server = await mailServer({ secure: true });
    const program = await mailProgram(server.url);
    await program.send([aMail()]);
    await program.told('the mail server cannot be used');
    await sleep(500);
    expect(server.received).toEqual([]);
    expect(await rows(database)).toHaveLength(1);
  });
});
