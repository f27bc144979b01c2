import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StartupFault } from '../errors/startup-fault.js';
import type { MailKind } from './mail-kinds.js';

/** A name in double braces. */
export const PLACEHOLDER = /\{\{\s*(\w+)\s*\}\}/g;
/** The placeholders that every kind of mail has. */
const EVERYWHERE = ['name', 'site', 'validFor'];
const ENDINGS = ['txt', 'html'] as const;

export interface Template {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

type Files = ReadonlyMap<string, string>;

/**
 * Reads the templates of all kinds, by `<locale>/<kind>`.
 * @param folder the operator's folder. Its files replace the built-in ones of the same name, and it may add locales.
 * @throws {StartupFault} if a file is missing, has a wrong name, or contains an unknown placeholder.
 */
export function readTemplates(
  kinds: readonly MailKind[],
  folder: string | undefined,
): ReadonlyMap<string, Template> {
  const files = new Map(kinds.flatMap(filesOf));
  const ours = localesIn(files);
  if (folder !== undefined) for (const [name, path] of operatorsFiles(folder, kinds)) files.set(name, path);
  const templates = new Map<string, Template>();
  for (const locale of localesIn(files)) {
    for (const kind of kinds) {
      const name = `${locale}/${kind.name}`;
      const isThere = ENDINGS.some((ending) => files.has(`${name}.${ending}`));
      // A feature may lack some of the built-in languages. A language that the operator adds must have all mails.
      if (isThere || !ours.has(locale)) templates.set(name, readTemplate(files, name, kind));
    }
  }
  return templates;
}

const localesIn = (files: Files) => new Set([...files.keys()].map((name) => name.split('/', 1)[0] ?? ''));

/** Paths by `<locale>/<kind>.<ending>`. */
function filesOf({ name, templates }: MailKind): [string, string][] {
  return localesOf(templates).flatMap((locale) =>
    ENDINGS.map((ending): [string, string] => [
      `${locale}/${name}.${ending}`,
      join(templates, locale, `${name}.${ending}`),
    ]),
  );
}

/** The same for the operator's folder. Other files beside the folders of the locales are ignored. */
function operatorsFiles(folder: string, kinds: readonly MailKind[]): [string, string][] {
  const known = new Set(kinds.flatMap(({ name }) => ENDINGS.map((ending) => `${name}.${ending}`)));
  return localesOf(folder).flatMap((locale) => {
    requireLocale(locale, folder);
    return entriesOf(join(folder, locale)).map((file): [string, string] => {
      const path = join(folder, locale, file);
      if (known.has(file)) return [`${locale}/${file}`, path];
      throw new StartupFault(
        `No mail uses the file ${path}. Remove it, or give it one of the names ${[...known].join(', ')}.`,
      );
    });
  });
}

const localesOf = (folder: string) =>
  entriesOf(folder).filter((locale) => statSync(join(folder, locale)).isDirectory());

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('.'));
  } catch {
    throw new StartupFault(
      `The folder ${folder} cannot be read. Set MAIL_TEMPLATES to a folder of mail texts.`,
    );
  }
}

function requireLocale(locale: string, folder: string): void {
  try {
    Intl.getCanonicalLocales(locale);
  } catch {
    throw new StartupFault(
      `The folder ${join(folder, locale)} is not named after a language. Give it a name such as fr or pt-BR.`,
    );
  }
}

function readTemplate(files: Files, name: string, kind: MailKind): Template {
  const [text, html] = ENDINGS.map((ending) => {
    const path = files.get(`${name}.${ending}`);
    if (path === undefined)
      throw new StartupFault(
        `The mail text ${name}.${ending} is missing. Add it to the folder in MAIL_TEMPLATES.`,
      );
    return requirePlaceholders(readFileSync(path, 'utf8').replaceAll('\r\n', '\n'), path, kind);
  });
  const [, subject, body] = /^Subject: *(\S.*)\n[^\S\n]*\n([^]*)$/.exec(text ?? '') ?? [];
  if (subject === undefined) {
    throw new StartupFault(
      `${files.get(`${name}.txt`)} must begin with a line "Subject: …" and an empty line.`,
    );
  }
  return { subject: subject.trim(), text: body ?? '', html: html ?? '' };
}

function requirePlaceholders(content: string, path: string, { essential, values = [] }: MailKind): string {
  const known = [essential, ...values, ...EVERYWHERE];
  const names = [...content.matchAll(PLACEHOLDER)].map(([, name]) => name ?? '');
  const unknown = names.find((name) => !known.includes(name));
  const rest = /\{\{.*|.*\}\}/.exec(content.replace(PLACEHOLDER, ''))?.[0];
  const wrong = unknown === undefined ? rest?.trim().slice(0, 40) : `{{${unknown}}}`;
  if (wrong !== undefined) {
    throw new StartupFault(
      `${path} has the unknown placeholder ${wrong}. Use only ${known.map((name) => `{{${name}}}`).join(', ')}.`,
    );
  }
  if (names.includes(essential)) return content;
  throw new StartupFault(`${path} lacks {{${essential}}}. Add it, because the mail has no use without it.`);
}
