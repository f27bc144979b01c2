import { flag, integer, json, list, oneOf, text, url } from '../values.js';
import { amount, is } from './option-rows.js';

type Providers = readonly Readonly<Record<string, unknown>>[];

/** Providers that are no rows of the table. */
const providers = json(
  '[{"providerId":"acme","domain":"acme.com","oidcConfig":{…}}]',
  (value): value is Providers =>
    Array.isArray(value) &&
    value.every((each) => typeof (each as { providerId?: unknown } | null)?.providerId === 'string'),
);

const milliseconds = is(integer(0, 31_536_000_000, 'milliseconds'));
const bytes = is(integer(1, 16_777_216, 'bytes'));

/** The options of the plugin `sso` that are not code. */
export const SSO = {
  defaultSSO: is(providers),
  defaultOverrideUserInfo: is(flag),
  disableImplicitSignUp: is(flag),
  provisionUserOnEveryLogin: is(flag),
  'organizationProvisioning.disabled': is(flag),
  'organizationProvisioning.defaultRole': is(oneOf('member', 'admin')),
  providersLimit: amount,
  trustEmailVerified: is(flag),
  'domainVerification.enabled': is(flag),
  'domainVerification.tokenPrefix': is(text),
  redirectURI: is(url),
  'saml.enableInResponseToValidation': is(flag),
  'saml.allowIdpInitiated': is(flag),
  'saml.requestTTL': milliseconds,
  'saml.clockSkew': milliseconds,
  'saml.requireTimestamps': is(flag),
  'saml.algorithms.onDeprecated': is(oneOf('reject', 'warn', 'allow')),
  'saml.algorithms.allowedSignatureAlgorithms': is(list),
  'saml.algorithms.allowedDigestAlgorithms': is(list),
  'saml.algorithms.allowedKeyEncryptionAlgorithms': is(list),
  'saml.algorithms.allowedDataEncryptionAlgorithms': is(list),
  'saml.maxResponseSize': bytes,
  'saml.maxMetadataSize': bytes,
  'saml.enableSingleLogout': is(flag),
  'saml.logoutRequestTTL': milliseconds,
  'saml.wantLogoutRequestSigned': is(flag),
  'saml.wantLogoutResponseSigned': is(flag),
  'saml.idpInitiatedCallbackUrl': is(url),
} as const;
