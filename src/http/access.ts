import { SetMetadata } from '@nestjs/common';

/**
 * Who may call a route (src/http/protocol.md, "Access levels"). `public`: everybody. `session`: users who are
 * signed in; this is the default. `sensitive`: the same, but only the database decides, never a cache.
 * `fresh`: users who signed in within `session.freshAge`.
 */
export type Access = 'public' | 'session' | 'sensitive' | 'fresh';

export const ACCESS = Symbol('access');

export const Public = () => SetMetadata(ACCESS, 'public' satisfies Access);
