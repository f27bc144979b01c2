import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED } from '../setup/gatehouse.js';
import {
  aMail,
  aMailTo,
  rows,
  startMailProgram,
  startMailServer,
  until,
  type MailProgram,
  type MailServer,
} from './support.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
});

afterAll(async () => {
  await database.drop();
});

describe('a mail over SMTP', () => {
  let server: MailServer;
  let program: MailProgram;

  beforeAll(async () => {
    server = await startMailServer();
    program = await startMailProgram(database, { SMTP_URL: server.url });
  });

  afterAll(async () => {
    await program.stop();
    await server.stop();
  });

  async function delivered(mail: ReturnType<typeof aMail>) {
    const before = server.received.length;
    await program.send([mail], 'commit');
    const all = await server.got(before + 1);
    const received = all[before];
    if (!received) throw new Error('no mail');
    return received;
  }

  it('has a text and an HTML part with the link, and greets the recipient by name', async () => {
    const { mail, from, to } = await delivered(aMail());
    const { url = '' } = aMail().values;
    expect([from, to]).toEqual(['no-reply@example.com', ['ada@example.com']]);
    expect(mail.subject).toBe('Reset your password');
    expect(mail.text).toContain(`\n${url}\n`);
    expect(mail.text).toContain('Hello Ada Lovelace,');
    expect(mail.text).toContain('your account at auth.example.com');
    expect(mail.text).toContain('valid for 1 hour');
    expect(mail.html).toContain(`href="${url.replaceAll('&', '&amp;')}"`);
    expect(mail.html).toContain('Hello Ada Lovelace,');
    expect(`${mail.subject}${mail.text}${String(mail.html)}`).not.toMatch(/[{}]{2}|undefined/);
  });

  it('has the headers of an automatic message', async () => {
    const { mail, raw } = await delivered(aMail());
    const headers = Object.fromEntries(mail.headerLines.map(({ key, line }) => [key, line]));
    expect(headers).toMatchObject({
      from: 'From: Example <no-reply@example.com>',
      to: 'To: ada@example.com',
      'auto-submitted': 'Auto-Submitted: auto-generated',
      'content-language': 'Content-Language: en',
      'mime-version': 'MIME-Version: 1.0',
    });
    expect(headers['message-id']).toMatch(/^Message-ID: <[A-Za-z0-9]{32}@example\.com>$/);
    expect(Math.abs((mail.date?.getTime() ?? 0) - Date.now())).toBeLessThan(10_000);
    expect(raw).toMatch(/content-type: multipart\/alternative/i);
    expect(mail.headers.has('x-mailer')).toBe(false);
  });

  it.each([
    ['verify-email', 'Confirm your e-mail address'],
    ['reset-password', 'Reset your password'],
    ['change-email-confirmation', 'Confirm the change of your e-mail address'],
    ['delete-account', 'Confirm the deletion of your account'],
  ] as const)('%s has its own text', async (kind, subject) => {
    const values = { ...aMail().values, newEmail: 'countess@example.com' };
    const { mail } = await delivered(aMail({ kind, values }));
    expect(mail.subject).toBe(subject);
    expect(mail.text?.includes('countess@example.com')).toBe(kind === 'change-email-confirmation');
  });

  it('uses the language the browser asks for', async () => {
    const german = await delivered(aMail({ language: 'fr, de-AT;q=0.8, en;q=0.5' }));
    const spanish = await delivered(aMail({ language: 'es-MX,es;q=0.9' }));
    expect(german.mail.subject).toBe('Setzen Sie Ihr Passwort zurück');
    expect(german.mail.text).toContain('gilt ab der Anforderung 1 Stunde');
    expect(german.mail.headers.get('content-language')).toBe('de');
    expect(spanish.mail.subject).toBe('Restablece tu contraseña');
    expect(spanish.mail.text).toContain('durante 1 hora');
  });

  it('does not let names and addresses add headers or markup', async () => {
    const { mail, raw } = await delivered(
      aMail({
        kind: 'change-email-confirmation',
        language: 'en\r\nBcc: evil@example.net',
        values: {
          name: 'Ada\r\nBcc: evil@example.net\r\n\r\n<b>"\'&',
          url: 'https://auth.example.com/x?a=1"><script>alert(1)</script>',
          newEmail: 'x"@example.net\r\n<img src=x>',
        },
      }),
    );
    expect(mail.bcc).toBeUndefined();
    expect(raw).not.toMatch(/^bcc:/im);
    expect(mail.html).not.toMatch(/<script|<img|<b>/);
    expect(mail.text).not.toMatch(/^bcc:/im);
  });

  it.each([['Ada. Visit evil.example'], ['http://evil'], ['x@evil'], ['A'.repeat(65)], [' \u202E\n']])(
    'does not greet by %j, which a mail program would turn into a link or nobody could read',
    async (name) => {
      const { mail } = await delivered(aMail({ values: { ...aMail().values, name } }));
      expect(mail.text).toContain('Hello ada@example.com,');
    },
  );

  it.each(['Dr. Ada', 'J. R. R. Tolkien', "Seán O'Brien", '李小龍', 'Müller-Lüdenscheidt, Karl'])(
    'greets by %s',
    async (name) => {
      const { mail } = await delivered(aMail({ values: { ...aMail().values, name } }));
      expect(mail.text).toContain(`Hello ${name},`);
    },
  );

  it.each([
    'victim@example.com\r\nBcc: evil@example.net',
    'victim@example.com, evil@example.net',
    'Victim <victim@example.com>',
    'group: victim@example.com;',
    '<victim@example.com> SIZE=1',
    'nobody',
  ])('is never sent to %j, which is not exactly one address', async (to) => {
    const before = server.received.length;
    await program.send([aMailTo(to)]);
    await until(
      async () => (await rows(database)).some((row) => row.recipient === to && row.next_attempt_at === null),
      'the mail to be given up',
    );
    await delivered(aMailTo('next@example.com'));
    expect(server.received.slice(before).map((received) => received.to)).toEqual([['next@example.com']]);
  });

  it('is not sent and leaves no row if the transaction is rolled back', async () => {
    const before = server.received.length;
    await program.send([aMailTo('rolled.back@example.com')], 'roll back');
    await delivered(aMailTo('after@example.com'));
    expect(server.received.slice(before).map(({ to }) => to)).toEqual([['after@example.com']]);
    expect((await rows(database)).map(({ recipient }) => recipient)).not.toContain('rolled.back@example.com');
  });

  it('is sent right after the commit, not at the next poll', async () => {
    await delivered(aMail());
    const began = Date.now();
    for (let count = 0; count < 5; count++) await delivered(aMail());
    expect(Date.now() - began).toBeLessThan(4000);
  });

  it('leaves no row, and none of its content in the log', async () => {
    await delivered(aMailTo('log.watcher@example.com'));
    await until(
      async () => (await rows(database)).every(({ next_attempt_at }) => next_attempt_at === null),
      'the rows to go',
    );
    expect(program.output()).toContain('mail reset-password ');
    expect(program.output()).not.toMatch(/Zk3vR8pQ|https:|example\.(com|net)|Ada/);
  });
});

describe('a stored mail', () => {
  it('does not reveal its link', async () => {
    const program = await startMailProgram(database, { SMTP_URL: 'smtp://127.0.0.1:1' });
    try {
      await program.send([aMailTo('waiting@example.com')]);
      const row = (await rows(database)).find(({ recipient }) => recipient === 'waiting@example.com');
      expect(row?.content).toMatch(/^[0-9a-f]{200,}$/);
      expect(JSON.stringify(row)).not.toMatch(/Zk3vR8pQ|reset-password\/|Lovelace/);
    } finally {
      await program.stop();
    }
  });

  it('is decrypted with an older configured secret, and given up once that secret is removed', async () => {
    const [old, current] = [
      '1:the old one that only this test knows',
      '2:the new one that only this test knows',
    ];
    const writeUnderOldSecret = async (to: string) => {
      const program = await startMailProgram(database, {
        SMTP_URL: 'smtp://127.0.0.1:1',
        BETTER_AUTH_SECRETS: old,
      });
      await program.send([aMailTo(to)]);
      await program.stop();
    };
    const server = await startMailServer();
    const settings = { SMTP_URL: server.url, BETTER_AUTH_SECRETS: `${current},${old}` };
    try {
      await writeUnderOldSecret('rotated@example.com');
      const rotated = await startMailProgram(database, settings);
      await until(
        () => server.received.some(({ to }) => to[0] === 'rotated@example.com'),
        'the rotated mail',
      );
      await rotated.stop();
      await writeUnderOldSecret('retired@example.com');
      const retired = await startMailProgram(database, { ...settings, BETTER_AUTH_SECRETS: current });
      await retired.told('given up');
      await retired.stop();
    } finally {
      await server.stop();
    }
    const [left] = (await rows(database)).filter(({ recipient }) => recipient === 'retired@example.com');
    expect(left).toMatchObject({
      next_attempt_at: null,
      last_error: 'unsendable: No secret of this server decrypts the mail.',
    });
  });
});

describe('without a mail server', () => {
  const link = 'https://auth.example.com/verify?token=abc';
  const mail = aMail({ kind: 'verify-email', values: { name: 'Ada', url: link } });

  it('writes the mail to the log and stores no row', async () => {
    const before = await rows(database);
    const program = await startMailProgram(database, { BETTER_AUTH_URL: 'http://localhost:3000' });
    const answer = await program.send([mail], 'commit');
    await program.told(`mail verify-email to ada@example.com: ${link}`);
    await program.stop();
    expect(answer.enabled).toBe(true);
    expect(await rows(database)).toHaveLength(before.length);
  });

  it.each([
    ['in production', { NODE_ENV: 'production' }],
    ['at a public https address', {}],
  ])('disables mail %s and writes no link to the log or the table', async (_where, environment) => {
    const before = await rows(database);
    const program = await startMailProgram(database, environment);
    const answer = await program.send([mail], 'commit');
    await program.told('SMTP_URL is not set');
    await program.stop();
    expect(answer.enabled).toBe(false);
    expect(program.output()).not.toContain('token=abc');
    expect(await rows(database)).toHaveLength(before.length);
  });
});
