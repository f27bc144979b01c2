import { SetMetadata } from '@nestjs/common';

/**
 * Who may call a route (protocol.md §1.1). `session`: anyone signed in; `sensitive`: the same, but never answered from a
 * cache; `fresh`: signed in within `session.freshAge`. A route that says nothing is `session`: closed by default.
 */
export type Access = 'public' | 'session' | 'sensitive' | 'fresh';

export const ACCESS = Symbol('access');

export const Public = () => SetMetadata(ACCESS, 'public' satisfies Access);
