// Plugins from npm that other people than Better Auth publish, as both servers load them.
import { emailHarmony } from 'better-auth-harmony';
import { localization } from 'better-auth-localization';
import { waitlist } from 'better-auth-waitlist';

export default [
  emailHarmony({ allowNormalizedSignin: true }),
  localization({
    defaultLocale: 'default',
    getLocale: async (request) => (request?.headers.get('accept-language') === 'fr' ? 'fr-FR' : 'default'),
  }),
  waitlist({
    enabled: true,
    maximumWaitlistParticipants: 2,
    allowedDomains: ['@example.com'],
    canManageWaitlist: async ({ email }) => email === 'ada@example.com',
  }),
];
