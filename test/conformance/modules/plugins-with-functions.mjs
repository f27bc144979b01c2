// Plugins of Better Auth that need functions or another device, as both servers load them.
import { randomBytes } from 'node:crypto';
import { expo } from '@better-auth/expo';
import { i18n } from '@better-auth/i18n';
import { oauthPopup, oneTap, siwe } from 'better-auth/plugins';
import { signerOf } from '../wallet.mjs';

export default [
  siwe({
    domain: 'example.com',
    getNonce: async () => randomBytes(16).toString('hex'),
    verifyMessage: async ({ message, signature, address }) =>
      signerOf(message, signature) === address.toLowerCase(),
    ensLookup: async ({ walletAddress }) => ({ name: `wallet ${walletAddress.slice(0, 6)}`, avatar: '' }),
  }),
  oauthPopup(),
  oneTap({ clientId: 'google-client' }),
  expo(),
  i18n({
    translations: {
      en: { INVALID_EMAIL_OR_PASSWORD: 'Wrong e-mail or password' },
      de: { INVALID_EMAIL_OR_PASSWORD: 'E-Mail oder Passwort ist falsch', PASSWORD_TOO_SHORT: 'Zu kurz' },
    },
    defaultLocale: 'en',
    detection: ['header', 'cookie'],
  }),
];
