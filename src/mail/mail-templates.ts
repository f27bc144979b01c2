import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { MailKinds } from './mail-kinds.js';
import { PLACEHOLDER, readTemplates, type Template } from './read-templates.js';

/** Values by placeholder. */
export type TemplateValues = Readonly<Record<string, string>>;

/** The texts of all mails. `<locale>/<kind>.txt` begins with the subject. `<locale>/<kind>.html` is the HTML part. */
@Injectable()
export class MailTemplates implements OnModuleInit {
  private templates: ReadonlyMap<string, Template> = new Map();

  constructor(
    private readonly kinds: MailKinds,
    @Inject(CONFIG) private readonly config: Pick<Config, 'mailTemplates'>,
  ) {}

  /**
   * Reads the files, after all owners have added their kinds.
   * @throws {StartupFault} if a file is missing, has a wrong name, or contains an unknown placeholder.
   */
  onModuleInit(): void {
    this.templates = readTemplates(this.kinds.all(), this.config.mailTemplates);
  }

  /** The languages of a kind of mail. */
  localesOf(kind: string): string[] {
    const names = [...this.templates.keys()].map((name) => name.split('/'));
    return names.filter(([, named]) => named === kind).map(([locale = '']) => locale);
  }

  /** Fills in the template. Uses English if the locale no longer exists. */
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

/** Replaces all placeholders in one pass, so that a placeholder inside of a value is not replaced. */
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
