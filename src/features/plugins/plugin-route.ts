import type { LibraryEndpoint } from './library.js';

/** A route that a plugin defines. */
export interface PluginRoute {
  readonly plugin: string;
  /** The name of the endpoint in the plugin. */
  readonly key: string;
  readonly path: string;
  readonly methods: readonly string[];
  readonly endpoint: LibraryEndpoint;
}
