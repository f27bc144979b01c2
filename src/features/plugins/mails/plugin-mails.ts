import type { Config } from '../../../config/config.js';
import type { MailKind } from '../../../mail/mail-kinds.js';

const templates = import.meta.dirname;

const HOUR = 3600;
const DAY = 86_400;

/** Seconds that an option of a plugin says, or the plugin's default. */
const option =
  (id: string, name: string, fallback: number, unit = 1) =>
  ({ plugins }: Pick<Config, 'plugins'>): number => {
    const options: unknown = plugins?.plugins.find((plugin) => plugin.id === id)?.options;
    const value = (options as Readonly<Record<string, unknown>> | undefined)?.[name];
    return typeof value === 'number' ? value * unit : fallback;
  };

const code = (name: string): MailKind => ({
  name,
  templates,
  essential: 'code',
  life: option('email-otp', 'expiresIn', 300),
});

/** The mails that plugins send. */
export const PLUGIN_MAILS: readonly MailKind[] = [
  { name: 'magic-link', templates, essential: 'url', life: option('magic-link', 'expiresIn', 300) },
  code('code-sign-in'),
  code('code-verify-email'),
  code('code-reset-password'),
  code('code-change-email'),
  { name: 'code-second-factor', templates, essential: 'code', life: () => 180 },
  {
    name: 'invitation',
    templates,
    essential: 'invitation',
    values: ['organization', 'inviter', 'role'],
    life: option('organization', 'invitationExpiresIn', 48 * HOUR),
  },
  { name: 'message', templates, essential: 'text', values: ['subject'], life: () => DAY },
];
