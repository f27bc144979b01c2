import type { MailValues } from './mail.js';
import type { TemplateValues } from './mail-templates.js';

const LONGEST_NAME = 64;

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** The site a mail speaks for, and how long its link works, in seconds. */
interface Facts {
  readonly recipient: string;
  readonly locale: string;
  readonly site: string;
  readonly life: number;
}

/** What goes into a mail's text, each on one line. */
export function templateValues(values: MailValues, facts: Facts): TemplateValues {
  const own = Object.entries(values).map(([placeholder, value]) => [placeholder, oneLine(value ?? '')]);
  return {
    ...(Object.fromEntries(own) as TemplateValues),
    name: addressee(values.name, facts.recipient),
    site: facts.site,
    validFor: inWords(facts.life, facts.locale),
  };
}

/**
 * Whoever signs up with another's address chooses the name in the mail that goes there: a mail program would make a
 * link of one that looks like an address of any kind, so the recipient's own address stands in for it.
 */
function addressee(name: string, recipient: string): string {
  const line = oneLine(name);
  return line === '' || line.length > LONGEST_NAME || /[/\\:@]|\p{L}\.\p{L}/u.test(line) ? recipient : line;
}

/** Without line breaks, control and formatting characters, such as those that turn the direction of writing. */
function oneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}

/** `1 hour`, `30 Minuten`, in the largest unit that fits without a rest. */
function inWords(seconds: number, locale: string): string {
  const [unit, length] = UNITS.find(([, length]) => seconds >= length && seconds % length === 0) ?? [
    'second',
    1,
  ];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(seconds / length);
}
