import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StartupFault } from '../errors/startup-fault.js';
import { MAIL_KINDS, type MailKind } from './mail.js';

/** What may stand between double braces. */
const PLACEHOLDERS = ['name', 'url', 'site', 'validFor', 'newEmail'] as const;
const PLACEHOLDER = /\{\{\s*(\w+)\s*\}\}/g;
const ENDINGS = ['txt', 'html'] as const;
const BUILT_IN = join(import.meta.dirname, 'templates');

export type TemplateValues = Readonly<Record<(typeof PLACEHOLDERS)[number], string>>;

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

interface Template {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** The texts of all mails: `<locale>/<kind>.txt`, which begins with its subject, and `<locale>/<kind>.html`. */
export class MailTemplates {
  private constructor(private readonly templates: ReadonlyMap<string, Template>) {}

  /**
   * @param folder of the operator: a file in it replaces the one of the same name, and a locale that we lack is added.
   * @throws {StartupFault} when a file is missing, misnamed, or has a placeholder that nothing is put in for.
   */
  static load(folder: string | undefined): MailTemplates {
    const files = new Map(readFolder(BUILT_IN));
    if (folder !== undefined) for (const [name, path] of readFolder(folder)) files.set(name, path);
    const templates = new Map<string, Template>();
    for (const locale of new Set([...files.keys()].map((name) => name.split('/', 1)[0] ?? ''))) {
      for (const kind of MAIL_KINDS)
        templates.set(`${locale}/${kind}`, readTemplate(files, `${locale}/${kind}`));
    }
    return new MailTemplates(templates);
  }

  get locales(): string[] {
    return [...new Set([...this.templates.keys()].map((name) => name.split('/', 1)[0] ?? ''))];
  }

  /** In English where the locale is no longer there. */
  render(kind: MailKind, locale: string, values: TemplateValues): RenderedMail {
    const template = this.templates.get(`${locale}/${kind}`) ?? this.templates.get(`en/${kind}`);
    if (!template) throw new Error('the English texts were let through incomplete');
    return {
      subject: fill(template.subject, values, (value) => value),
      text: fill(template.text, values, (value) => value),
      html: fill(template.html, values, escapeHtml),
    };
  }
}

/** Paths by `<locale>/<kind>.<ending>`. Beside the locales' folders an operator may keep files of their own. */
function readFolder(folder: string): [string, string][] {
  const known = new Set(MAIL_KINDS.flatMap((kind) => ENDINGS.map((ending) => `${kind}.${ending}`)));
  return entriesOf(folder)
    .filter((locale) => statSync(join(folder, locale)).isDirectory())
    .flatMap((locale) => {
      requireLocale(locale, folder);
      return entriesOf(join(folder, locale)).map((file): [string, string] => {
        const path = join(folder, locale, file);
        if (known.has(file)) return [`${locale}/${file}`, path];
        throw new StartupFault(
          `There is no mail that ${path} could be for: it must be one of ${[...known].join(', ')}.`,
        );
      });
    });
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('.'));
  } catch {
    throw new StartupFault(`MAIL_TEMPLATES cannot be read: ${folder} must be a folder.`);
  }
}

function requireLocale(locale: string, folder: string): void {
  try {
    Intl.getCanonicalLocales(locale);
  } catch {
    throw new StartupFault(`${join(folder, locale)} is not named after a language, such as fr or pt-BR.`);
  }
}

function readTemplate(files: ReadonlyMap<string, string>, name: string): Template {
  const [text, html] = ENDINGS.map((ending) => {
    const path = files.get(`${name}.${ending}`);
    if (path === undefined) throw new StartupFault(`The mail text ${name}.${ending} is missing.`);
    return requirePlaceholders(readFileSync(path, 'utf8').replaceAll('\r\n', '\n'), path);
  });
  const [, subject, body] = /^Subject: *(\S.*)\n[^\S\n]*\n([^]*)$/.exec(text ?? '') ?? [];
  if (subject === undefined) {
    throw new StartupFault(
      `${files.get(`${name}.txt`)} must begin with a line "Subject: …" and an empty line.`,
    );
  }
  return { subject: subject.trim(), text: body ?? '', html: html ?? '' };
}

function requirePlaceholders(content: string, path: string): string {
  const names = [...content.matchAll(PLACEHOLDER)].map(([, name]) => name ?? '');
  const unknown = names.find((name) => !PLACEHOLDERS.some((placeholder) => placeholder === name));
  const rest = /\{\{.*|.*\}\}/.exec(content.replace(PLACEHOLDER, ''))?.[0];
  const wrong = unknown === undefined ? rest?.trim().slice(0, 40) : `{{${unknown}}}`;
  if (wrong !== undefined) {
    throw new StartupFault(
      `${path} has the placeholder ${wrong}, and there are only ${PLACEHOLDERS.map((name) => `{{${name}}}`).join(', ')}.`,
    );
  }
  if (!names.includes('url')) throw new StartupFault(`${path} lacks the link: {{url}} must stand in it.`);
  return content;
}

/** In one pass: what a value holds is never read as a placeholder. */
function fill(template: string, values: TemplateValues, escape: (value: string) => string): string {
  return template.replace(PLACEHOLDER, (_whole, name: keyof TemplateValues) => escape(values[name]));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
