import { option, optionTable } from '../../config/option-table.js';
import { flag } from '../../config/values.js';

/** The options of Better Auth's bearer plugin. */
export const bearerOptions = optionTable({
  requireSignature: option(flag, false),
});
