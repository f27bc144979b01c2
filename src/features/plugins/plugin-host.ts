import { Inject, Injectable } from '@nestjs/common';
import type { BetterAuthPlugin, GenericEndpointContext } from '@better-auth/core';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import type { RowHook } from '../../database/row-hooks.js';
import { StartupFault } from '../../errors/startup-fault.js';
import { Mailer } from '../../mail/mailer.js';
import type { DescribedRoutes } from '../../openapi/api-contributions.js';
import type { ApiKeys } from './api-keys.js';
import { CommittedHooks } from './committed-hooks.js';
import { PluginDatabaseHooks } from './database-hooks.js';
import { describeRoutes } from './describe-routes.js';
import type { GivenSessions } from './given-sessions.js';
import { fieldsInPlace } from './fields-in-place.js';
import { HostDatabase } from './host-database.js';
import { jwtOfThisServer, needsJwt } from './host-jwt.js';
import { HostLog } from './host-log.js';
import { hostOptions } from './host-options.js';
import { HostPasswords } from './host-passwords.js';
import { HostProviders } from './host-providers.js';
import { HostRows } from './host-rows.js';
import { hostedCalls } from './hosted-call.js';
import { HASHES_PASSWORD, WRITES } from './hosted-paths.js';
import { hostedRoute, type HostedRoute } from './hosted-route.js';
import { metadataPaths } from './metadata-paths.js';
import { listUsersFrom } from './user-lists.js';
import { loadLibrary, type Library, type LibraryEndpoint } from './library.js';
import { callsFunction, type FindUser } from './module-callbacks.js';
import type { PluginRoute } from './plugin-route.js';
import { ReplacedRoutes } from './replaced-routes.js';
import { asAnswer } from './thrown-error.js';
import { keepLongCounts } from './member-counts.js';
import { skipInIndex } from './member-pages.js';
import {
  coreRoutesOf,
  endpointFor,
  nativeEndpoints,
  type CoreRoute,
  type Endpoints,
} from './native-endpoints.js';

/** The running library. */
export interface StartedHost {
  readonly handle: (request: Request) => Promise<Response>;
  readonly routes: readonly PluginRoute[];
  readonly replaced: ReplacedRoutes;
  /** Paths from the root that a plugin answers without a route. */
  readonly metadata: readonly string[];
  /**
   * Call this for each route of the core and of extensions. The library gets to know those of extensions.
   * @param path as Fastify writes it, below the base path.
   * @returns undefined if no request for this route passes through the library.
   */
  hosted(path: string, methods: readonly string[]): HostedRoute | undefined;
  /** Finds a user with all fields, also those that answers do not contain. */
  readonly findUser: FindUser;
  /** Describes the routes of the plugins for the OpenAPI document. */
  describe(): Promise<DescribedRoutes>;
}

/** What lets requests act without a session of their own. */
export interface Credentials {
  readonly apiKeys: ApiKeys;
  readonly givenSessions: GivenSessions;
}

/** Starts the published library with the plugins of the configuration. */
@Injectable()
export class PluginHost {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: HostDatabase,
    private readonly passwords: HostPasswords,
    private readonly rows: HostRows,
    private readonly mailer: Mailer,
    private readonly log: HostLog,
    private readonly providers: HostProviders,
  ) {}

  /** @throws {StartupFault} if a plugin does not start, or needs something that this server does not do. */
  async start(
    plugins: readonly BetterAuthPlugin[],
    { apiKeys, givenSessions }: Credentials,
  ): Promise<StartedHost> {
    const library = await loadLibrary();
    const hooks = new PluginDatabaseHooks();
    const core = coreRoutesOf(library);
    const replaced = new Set(plugins.flatMap(({ endpoints = {} }) => Object.keys(endpoints)));
    const kept = core.filter(({ key }) => !replaced.has(key));
    const lost = core.filter(({ key }) => replaced.has(key));
    const { tables } = this.database.dataSource;
    const parts = { library, givenSessions };
    const native = nativeEndpoints(parts, kept);
    const endpoints = native.endpoints as Endpoints;
    const hosted = [
      native,
      ...(needsJwt(plugins) ? [await jwtOfThisServer(this.config, tables)] : []),
      ...plugins.map((plugin) => hooks.noting(fieldsInPlace(apiKeys.hosted(library, plugin), tables))),
    ];
    const hash = (password: string) => this.passwords.hash(library, password);
    const auth = library.betterAuth(this.options(library, hosted, hash));
    const context = await auth.$context.catch((error: unknown) => {
      throw new StartupFault(`The plugins in PLUGINS do not start: ${(error as Error).message}`);
    });
    if (hooks.notRun.length > 0) throw new StartupFault(notRunFault(hooks.notRun));
    this.log.reportTo(library, context);
    this.passwords.watch(context);
    this.providers.showIn(context);
    const checksPasswords = context.password.hash !== hash;
    if (checksPasswords) this.passwords.addRule(context.password.hash);
    const committed = new CommittedHooks();
    this.database.dataSource.subscribers.push(committed);
    this.database.rowHooks.add(rowHookOf(hooks, committed));
    skipInIndex(context.adapter);
    keepLongCounts(context.adapter);
    listUsersFrom(this.database.replica, context.internalAdapter);
    const isNeeded = (path: string): boolean =>
      (checksPasswords && HASHES_PASSWORD.includes(path)) ||
      callsFunction(this.config.functions, path) ||
      WRITES.some(({ model, action, by }) => hooks.has(model, action) && (!by || by.includes(path)));
    // The library makes its router anew for each request, so it finds endpoints that are added later.
    const add = (route: CoreRoute) => {
      endpoints[route.key] = endpointFor(parts, route);
    };
    const routes = routesOf(plugins);
    return {
      handle: (request) => auth.handler(request),
      routes,
      replaced: new ReplacedRoutes(lost, routes),
      metadata: metadataPaths(plugins, this.config),
      findUser: (id) => context.internalAdapter.findUserById(id),
      describe: () =>
        describeRoutes({ routes, context, plugins, hasOwnCode: this.config.plugins?.isModule ?? true }),
      hosted: (path, methods) => hostedRoute({ plugins, core, isNeeded, add }, path, methods),
    };
  }

  private options(
    library: Library,
    plugins: readonly BetterAuthPlugin[],
    hash: (password: string) => Promise<string>,
  ) {
    const { config } = this;
    const { dataSource, ids, audit } = this.database;
    return hostOptions({
      config,
      ids,
      log: this.log.options(),
      plugins,
      tables: dataSource.tables,
      pool: dataSource.pool,
      statements: {
        actOf: () => {
          const act = hostedCalls.getStore()?.act;
          return act && audit.settingOf(act);
        },
        transactionOf: () => hostedCalls.getStore()?.transaction,
      },
      passwords: {
        hash,
        verify: (stored, password) => this.passwords.verify(library, stored, password),
      },
      databaseHooks: this.rows.hooks(library),
      sendVerificationEmail: async ({ user, url, token }, request) =>
        this.mailer.send(
          {
            kind: 'verify-email',
            to: user.email,
            language: request?.headers.get('accept-language') ?? undefined,
            values: { name: user.name, url, token, userId: user.id },
          },
          await this.database.manager(),
        ),
    });
  }
}

const notRunFault = (hooks: readonly string[]) =>
  `A plugin in PLUGINS has databaseHooks that nobody calls (${hooks.join(', ')}). ` +
  'Use create, update and delete of user, session, account and verification.';

function rowHookOf(hooks: PluginDatabaseHooks, committed: CommittedHooks): RowHook {
  const contextOf = () => (hostedCalls.getStore()?.context ?? null) as GenericEndpointContext | null;
  return {
    has: (model, action) => hooks.has(model, action),
    async before(model, action, values) {
      try {
        return await hooks.before(model, action, values, contextOf());
      } catch (error) {
        throw asAnswer(error);
      }
    },
    async after(model, action, values, manager) {
      const run = () => hooks.after(model, action, values, contextOf());
      const call = hostedCalls.getStore();
      // The tokens of a provider that answers late are stored after the answer.
      if (!call?.native || call.answer) return run();
      if (model === 'session' && action === 'create') call.begun = String(values['token']);
      committed.add(manager, () => call.afterwards.push(run));
    },
  };
}

function routesOf(plugins: readonly BetterAuthPlugin[]): PluginRoute[] {
  const endpoints = plugins.flatMap(({ id, endpoints: defined = {} }) =>
    Object.entries(defined as unknown as Record<string, LibraryEndpoint>).map(([key, endpoint]) => ({
      id,
      key,
      endpoint,
    })),
  );
  return endpoints.flatMap(({ id, key, endpoint }) => {
    const { path, options } = endpoint;
    if (!path || options.metadata?.SERVER_ONLY) return [];
    return [{ plugin: id, key, path, methods: [options.method ?? 'GET'].flat(), endpoint }];
  });
}
