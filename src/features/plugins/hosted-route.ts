import type { BetterAuthPlugin } from '@better-auth/core';
import { hostingOf, type Hosting } from './hosted-paths.js';
import type { CoreRoute } from './native-endpoints.js';

/** A route of this server whose requests pass through the library. */
export interface HostedRoute {
  /** As the library's router writes it. Hooks see it. */
  readonly path: string;
  /** The library's method, which differs for a route that is another form of one of the library. */
  readonly method?: string;
  readonly hosting: Exclude<Hosting, 'none'>;
}

/** The plugins, routes and functions that `hostedRoute` needs for its decision. */
export interface HostingRules {
  readonly plugins: readonly BetterAuthPlugin[];
  readonly core: readonly CoreRoute[];
  /** True if something besides the hooks of plugins needs the library on a path of the core. */
  readonly isNeeded: (path: string) => boolean;
  /** Gives the library an endpoint for a route of an extension. */
  readonly add: (route: CoreRoute) => void;
}

/**
 * Finds out whether requests for a route pass through the library. Routes that the core does not have are those of extensions.
 * @param path as Fastify writes it, below the base path.
 * @returns undefined if no request does.
 */
export function hostedRoute(
  { plugins, core, isNeeded, add }: HostingRules,
  path: string,
  methods: readonly string[],
): HostedRoute | undefined {
  const same = core.filter((route) => shapeOf(route.path) === shapeOf(path));
  const [method = 'GET'] = methods;
  const route = same.find((each) => each.methods.includes(method)) ?? same[0];
  if (!route) {
    const hosting = hostingOf(plugins, path, { startsSession: true });
    if (hosting === 'none') return undefined;
    const known = libraryPath(path);
    add({ key: `${methods.join()} ${path}`, path: known, methods });
    return { path: known, hosting };
  }
  const hosting = isNeeded(route.path) ? 'all' : hostingOf(plugins, route.path);
  if (hosting === 'none') return undefined;
  const asked = route.methods.includes(method) ? method : (route.methods[0] ?? method);
  return { path: route.path, method: asked, hosting };
}

/** The same for two paths that differ only in the names of their parameters. */
const shapeOf = (path: string) => path.replace(/:\w+/g, ':');

/** The same path in the form of the library's router, which has parameters of whole segments and `**` at the end. */
function libraryPath(path: string): string {
  const segments = path.split('/');
  const special = segments.findIndex((segment) => !/^:?[\w.~-]*$/.test(segment));
  return special === -1 ? path : [...segments.slice(0, special), '**'].join('/');
}
