import { option, optionTable, optional } from '../../config/option-table.js';
import { duration, flag, integer, list, oneOf, seconds, text } from '../../config/values.js';
import { ALGORITHMS } from './signing-key.js';

/** The options of Better Auth's jwt plugin. Times are in seconds. */
export const jwtOptions = optionTable({
  disableSettingJwtHeader: option(flag, false),
  'jwt.expirationTime': option(duration, 900),
  'jwt.issuer': optional(text, 'the base URL'),
  'jwt.audience': optional(text, 'the base URL'),
  'jwt.definePayload': optional(list, 'every field of the user'),
  'jwks.keyPairConfig.alg': option(oneOf(...ALGORITHMS), ALGORITHMS[0]),
  'jwks.keyPairConfig.modulusLength': option(integer(2048, 8192, 'bits'), 2048),
  'jwks.rotationInterval': optional(seconds(60), 'keys are not replaced'),
  'jwks.gracePeriod': option(seconds(0), 2_592_000),
});
