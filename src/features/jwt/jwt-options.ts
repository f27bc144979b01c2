import { option, optionTable, optional } from '../../config/option-table.js';
import { duration, flag, list, seconds, text } from '../../config/values.js';

/** The options of Better Auth's jwt plugin. Times are in seconds. */
export const jwtOptions = optionTable({
  disableSettingJwtHeader: option(flag, false),
  'jwt.expirationTime': option(duration, 900),
  'jwt.issuer': optional(text, 'the base URL'),
  'jwt.audience': optional(text, 'the base URL'),
  'jwt.definePayload': optional(list, 'every field of the user'),
  'jwks.rotationInterval': optional(seconds(60), 'keys are not replaced'),
  'jwks.gracePeriod': option(seconds(0), 2_592_000),
});
