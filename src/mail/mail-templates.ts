import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { MailKinds } from './mail-kinds.js';
import { PLACEHOLDER, readTemplates, type Template } from './read-templates.js';

/** By placeholder. */
export type TemplateValues = Readonly<Record<string, string>>;

/** The texts of all mails: `<locale>/<kind>.txt`, which begins with its subject, and `<locale>/<kind>.html`. */
@Injectable()
export class MailTemplates implements OnModuleInit {
  private templates: ReadonlyMap<string, Template> = new Map();

  constructor(
    private readonly kinds: MailKinds,
    @Inject(CONFIG) private readonly config: Pick<Config, 'mailTemplates'>,
  ) {}

  /**
   * Reads the files when every owner has added its kinds.
   * @throws {StartupFault} if a file is missing, misnamed, or has a placeholder that nothing is put in for.
   */
  onModuleInit(): void {
    this.templates = readTemplates(this.kinds.all(), this.config.mailTemplates);
  }

  /** The languages of a kind of mail. */
  localesOf(kind: string): string[] {
    const names = [...this.templates.keys()].map((name) => name.split('/'));
    return names.filter(([, named]) => named === kind).map(([locale = '']) => locale);
  }

  /** In English if the locale is no longer there. */
  render(kind: string, locale: string, values: TemplateValues): Template {
    const template = this.templates.get(`${locale}/${kind}`) ?? this.templates.get(`en/${kind}`);
    if (!template) throw new Error(`The mail ${kind} has no English text.`);
    return {
      subject: fill(template.subject, values, (value) => value),
      text: fill(template.text, values, (value) => value),
      html: fill(template.html, values, escapeHtml),
    };
  }
}

/** In one pass: what a value holds is never read as a placeholder. */
function fill(template: string, values: TemplateValues, escape: (value: string) => string): string {
  return template.replace(PLACEHOLDER, (_whole, name: string) => escape(values[name] ?? ''));
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
