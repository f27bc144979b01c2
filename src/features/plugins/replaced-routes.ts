import type { CoreRoute } from './native-endpoints.js';
import type { PluginRoute } from './plugin-route.js';

/** The routes of this server whose place a plugin takes, such as `get-session` with the plugin `custom-session`. */
export class ReplacedRoutes {
  /**
   * @param core the routes of the core whose endpoint a plugin replaces.
   * @param routes all routes of plugins.
   */
  constructor(
    private readonly core: readonly CoreRoute[],
    private readonly routes: readonly PluginRoute[],
  ) {}

  /** True if this server has a route with the path and the method of the plugin's route. */
  takes(route: PluginRoute, method: string): boolean {
    return this.core.some(({ path, methods }) => path === route.path && methods.includes(method));
  }

  /**
   * What answers in the place of this server's route.
   * @param twin the path of the route that this one is another form of. Its checks would not run here.
   * @returns the plugin's route; `gone` if the plugin has no route with this path and method; undefined if nothing does.
   */
  inPlaceOf(path: string, method: string, twin?: string): PluginRoute | 'gone' | undefined {
    if (twin !== undefined) return this.core.some((route) => route.path === twin) ? 'gone' : undefined;
    const isReplaced = this.core.some((route) => route.path === path && route.methods.includes(method));
    if (!isReplaced) return undefined;
    return this.routes.find((route) => route.path === path && route.methods.includes(method)) ?? 'gone';
  }
}
