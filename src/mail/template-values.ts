import type { MailValues } from './mail.js';
import type { TemplateValues } from './mail-templates.js';

const LONGEST_NAME = 64;

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** `site` is the host name in the text. `life` is how long the link works, in seconds. */
interface Facts {
  readonly recipient: string;
  readonly locale: string;
  readonly site: string;
  readonly life: number;
}

/** Returns the values for the templates. None contains a line break. */
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
 * Returns the name for the greeting. If the name looks like a URL or address, or is long, it is replaced by the
 * recipient's address, because an attacker can sign up with the address of a victim, and a mail program would turn such a
 * name into a link.
 */
function addressee(name: string, recipient: string): string {
  const line = oneLine(name);
  return line === '' || line.length > LONGEST_NAME || /[/\\:@]|\p{L}\.\p{L}/u.test(line) ? recipient : line;
}

/**
 * Replaces line breaks, control and formatting characters by spaces, for example those that reverse the writing
 * direction.
 */
function oneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}

/** Writes a duration in the largest unit that gives a whole number, such as `1 hour` or `30 Minuten`. */
function inWords(seconds: number, locale: string): string {
  const [unit, length] = UNITS.find(([, length]) => seconds >= length && seconds % length === 0) ?? [
    'second',
    1,
  ];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(seconds / length);
}
