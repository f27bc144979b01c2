import { list, webUrl, type Parser } from './values.js';
import { variable } from './variable.js';

/** Where events are sent, signed as Standard Webhooks describes. */
export interface WebhookConfig {
  readonly url: string;
  /** The first one is the current one. All of them sign, so that the receiver can change its secret. */
  readonly secrets: readonly Buffer[];
  /** Names of events; `*` stands for any text. */
  readonly events: readonly string[];
}

const LEAST_BYTES = 24;

/** `whsec_` and base64 of at least 24 bytes; several are separated by commas. */
const webhookSecrets: Parser<readonly Buffer[]> = (value) =>
  value.split(',').map((text) => {
    const [, encoded = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text.trim()) ?? [];
    const secret = Buffer.from(encoded, 'base64');
    if (secret.length >= LEAST_BYTES) return secret;
    throw new Error(
      'whsec_ and at least 24 bytes in base64. Make one with: echo whsec_$(openssl rand -base64 32)',
    );
  });

const webhookUrl: Parser<string> = (value) => {
  const { username, password } = new URL(webUrl(value));
  if (username || password) throw new Error('a URL without a user and a password');
  return value;
};

export const WEBHOOK_VARIABLES = {
  WEBHOOK_URL: variable(
    webhookUrl,
    'URL that gets events of the audit trail as Standard Webhooks; in production https, except on this machine',
  ),
  WEBHOOK_SECRET: variable(
    webhookSecrets,
    '`whsec_…`, required with `WEBHOOK_URL`; while the receiver changes it, `whsec_new,whsec_old`',
  ),
  WEBHOOK_EVENTS: variable(
    list,
    'events that are sent, separated by commas, such as `user.*,password.changed`',
    'all',
  ),
};

interface Values {
  readonly NODE_ENV?: string;
  readonly AUDIT?: boolean;
  readonly WEBHOOK_URL?: string;
  readonly WEBHOOK_SECRET?: readonly Buffer[];
  readonly WEBHOOK_EVENTS?: readonly string[];
}

export function webhooksFrom(values: Values): WebhookConfig | undefined {
  const { WEBHOOK_URL: url, WEBHOOK_SECRET: secrets = [], WEBHOOK_EVENTS: events = ['*'] } = values;
  return url === undefined ? undefined : { url, secrets, events };
}

/** @param environment to tell a malformed secret, which is reported already, from a missing one. */
export function webhookFaults(
  { NODE_ENV, AUDIT, WEBHOOK_URL }: Values,
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  if (WEBHOOK_URL === undefined) return [];
  const { protocol, hostname } = new URL(WEBHOOK_URL);
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  return [
    ...(environment['WEBHOOK_SECRET']
      ? []
      : [
          'WEBHOOK_SECRET is required with WEBHOOK_URL. Make one with: echo whsec_$(openssl rand -base64 32)',
        ]),
    ...(AUDIT === false
      ? ['WEBHOOK_URL needs AUDIT=true, because webhooks are events of the audit trail. Remove one of them.']
      : []),
    ...(NODE_ENV === 'production' && protocol !== 'https:' && !isLocal
      ? ['WEBHOOK_URL must be an https URL in production, because events contain personal data.']
      : []),
  ];
}
