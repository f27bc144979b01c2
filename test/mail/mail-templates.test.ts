import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { StartupFault } from '../../src/errors/startup-fault.js';
import { ACCOUNT_MAILS } from '../../src/accounts/mails/account-mails.js';
import { MailKinds } from '../../src/mail/mail-kinds.js';
import { MailTemplates } from '../../src/mail/mail-templates.js';
import { mailKindOf, NOTICES } from '../../src/notices/notice-kinds.js';
import { createDatabase } from '../setup/database.js';
import { MIGRATED, SECRET } from '../setup/gatehouse.js';
import { startProgram } from '../setup/program.js';

const kinds = new MailKinds();
kinds.add(...ACCOUNT_MAILS);
const KINDS = kinds.all().map(({ name }) => name);

function templatesIn(mailTemplates: string | undefined): MailTemplates {
  const templates = new MailTemplates(kinds, { mailTemplates });
  templates.onModuleInit();
  return templates;
}

const VALUES = {
  name: '{{url}} $& <Ada>',
  url: 'https://a.example/?x=1&y="2"',
  site: 'a.example',
  validFor: '1 hour',
  newEmail: 'new@example.com',
};
const TEXT = 'Subject: Bonjour {{name}}\n\nSuivez {{url}}\n';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-mail-texts-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function put(file: string, content: string): Promise<void> {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

function fault(): string {
  try {
    templatesIn(folder);
  } catch (error) {
    if (error instanceof StartupFault) return error.message;
    throw error;
  }
  return 'none';
}

describe('the built-in mail texts', () => {
  const templates = templatesIn(undefined);

  it('are in English, German and Spanish', () => {
    expect(templates.localesOf('verify-email').toSorted()).toEqual(['de', 'en', 'es']);
  });

  it.each(KINDS)('say in every language what %s is about, for how long and where', (kind) => {
    const locales = templates.localesOf(kind);
    const subjects = locales.map((locale) => {
      const { subject, text, html } = templates.render(kind, locale, { ...VALUES, name: 'Ada' });
      for (const part of [text, html]) {
        expect(part).toContain('Ada');
        expect(part).toContain('a.example');
        expect(part).toContain('1 hour');
      }
      expect(text).toContain(`\n${VALUES.url}\n`);
      expect(html).toContain(`<html lang="${locale}">`);
      expect(text.includes(VALUES.newEmail)).toBe(kind === 'change-email-confirmation');
      return subject;
    });
    expect(new Set(subjects).size).toBe(locales.length);
  });

  it('contain values literally, and escape them in HTML', () => {
    const { text, html } = templates.render('verify-email', 'en', VALUES);
    expect(text).toContain('Hello {{url}} $& <Ada>,');
    expect(html).toContain('Hello {{url}} $&amp; &lt;Ada&gt;,');
    expect(html).toContain('href="https://a.example/?x=1&amp;y=&quot;2&quot;"');
  });

  it('fall back to English if the language does not exist', () => {
    expect(templates.render('verify-email', 'tlh', VALUES).subject).toBe('Confirm your e-mail address');
  });
});

describe('the mails to the owner', () => {
  const own = new MailKinds();
  own.add(...NOTICES.map(mailKindOf));
  const templates = new MailTemplates(own, { mailTemplates: undefined });
  templates.onModuleInit();
  const facts = {
    name: 'Ada',
    site: 'a.example',
    time: 'the time',
    device: 'the device',
    address: 'the address',
  };
  const more = { oldEmail: 'old@example.com', newEmail: 'new@example.com', provider: 'acme' };

  it.each(NOTICES)('say in every language what $name is about, when and where', ({ name, values = [] }) => {
    const locales = templates.localesOf(name);
    expect(locales.toSorted()).toEqual(['de', 'en', 'es']);
    const subjects = locales.map((locale) => {
      const { subject, text, html } = templates.render(name, locale, { ...facts, ...more });
      const told = Object.entries(more).filter(([placeholder]) => values.includes(placeholder));
      for (const value of [...Object.values(facts), ...told.map(([, value]) => value)]) {
        expect(text).toContain(value);
        expect(html).toContain(value);
      }
      expect(html).toContain(`<html lang="${locale}">`);
      return subject;
    });
    expect(new Set(subjects).size).toBe(3);
  });
});

describe('mail texts of the operator', () => {
  it('replace single files', async () => {
    await put('en/verify-email.txt', TEXT);
    await put('README.md', 'ours');
    const templates = templatesIn(folder);
    expect(templates.render('verify-email', 'en', { ...VALUES, name: 'Ada' })).toMatchObject({
      subject: 'Bonjour Ada',
      text: `Suivez ${VALUES.url}\n`,
      html: expect.stringContaining('Confirm your e-mail address') as string,
    });
    expect(templates.render('reset-password', 'en', VALUES).subject).toBe('Reset your password');
  });

  it('add a language, with Windows line ends if need be', async () => {
    for (const kind of KINDS) {
      await put(`fr/${kind}.txt`, TEXT.replaceAll('\n', '\r\n'));
      await put(`fr/${kind}.html`, '<a href="{{ url }}">ici</a>');
    }
    const { subject, html } = templatesIn(folder).render('reset-password', 'fr', VALUES);
    expect(subject).toMatch(/^Bonjour/);
    expect(html).toBe('<a href="https://a.example/?x=1&amp;y=&quot;2&quot;">ici</a>');
  });

  it.each([
    ['fr/verify-email.txt', TEXT, 'The mail text fr/verify-email.html is missing.'],
    ['en/verify-mail.txt', TEXT, 'No mail uses the file'],
    ['english!/verify-email.txt', TEXT, 'is not named after a language'],
    ['en/verify-email.txt', `${TEXT}{{token}}`, 'has the unknown placeholder {{token}}. Use only'],
    ['en/verify-email.txt', `${TEXT}{{constructor}}`, 'has the unknown placeholder {{constructor}}'],
    ['en/verify-email.txt', `${TEXT}{{url}`, 'has the unknown placeholder {{url}'],
    ['en/verify-email.html', '<p>{{name}}</p>', 'lacks {{url}}. Add it'],
    ['en/verify-email.txt', `${TEXT}{{newEmail}}`, 'has the unknown placeholder {{newEmail}}'],
    ['en/verify-email.txt', 'Dear {{name}}\n\n{{url}}', 'must begin with a line "Subject: …"'],
    ['en/verify-email.txt', 'Subject: x\n{{url}}', 'must begin with a line "Subject: …"'],
  ])('prevent the start if %s is %j', async (file, content, message) => {
    await put(file, content);
    expect(fault()).toContain(message);
    expect(fault()).not.toContain('\n');
  });

  it('prevent the start if the folder does not exist', async () => {
    folder = join(folder, 'nowhere');
    const said = fault();
    await mkdir(folder);
    expect(said).toBe(`The folder ${folder} cannot be read. Set MAIL_TEMPLATES to a folder of mail texts.`);
  });

  it('stop the compiled server with that message and no stack trace', async () => {
    await put('en/verify-email.txt', `${TEXT}{{token}}`);
    const database = await createDatabase({ template: MIGRATED });
    const server = startProgram('src/main.js', {
      environment: { DATABASE_URL: database.url, BETTER_AUTH_SECRET: SECRET, MAIL_TEMPLATES: folder },
    });
    expect(await server.ended()).toBe(1);
    await database.drop();
    expect(server.output()).toContain('has the unknown placeholder {{token}}');
    expect(server.output()).not.toMatch(/^\s+at /m);
  });
});
