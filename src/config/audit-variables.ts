import { flag, integer } from './values.js';
import { variable } from './variable.js';

/** The variables for the audit trail. */
export const AUDIT_VARIABLES = {
  AUDIT: variable(
    flag,
    'false or `off` records nothing that this server does; triggers still record what others change',
    'true',
  ),
  AUDIT_RETENTION: variable(
    integer(1, 1200, 'months'),
    'months for which `npm run audit:partitions` keeps events; older months are dropped',
    'events are kept for ever',
  ),
};
