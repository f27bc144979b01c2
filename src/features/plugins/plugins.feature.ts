import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { AccountsModule } from '../../accounts/accounts.module.js';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { HttpModule } from '../../http/http.module.js';
import { MailModule } from '../../mail/mail.module.js';
import { NoticesModule } from '../../notices/notices.module.js';
import { ApiContributions } from '../../openapi/api-contributions.js';
import { ProvidersModule } from '../../providers/providers.module.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { ApiKeys } from './api-keys.js';
import { DirectoryAccess } from './directory-access.js';
import { FactorNotices } from './factor-notices.js';
import { GivenSessions } from './given-sessions.js';
import { HostDatabase } from './host-database.js';
import { HostLog } from './host-log.js';
import { HostPasswords } from './host-passwords.js';
import { HostProviders } from './host-providers.js';
import { HostRows } from './host-rows.js';
import { HostedRoutes } from './hosted-routes.js';
import { KeyUsage } from './key-usage.js';
import { LibraryRequests } from './library-requests.js';
import { ModuleCallbacks } from './module-callbacks.js';
import { PluginHost } from './plugin-host.js';
import { PluginMessages } from './plugin-messages.js';
import { PluginRateLimits } from './plugin-rate-limits.js';
import { RateLimitsModule } from '../../rate-limits/rate-limits.module.js';
import { UsersModule } from '../../users/users.module.js';

/** Runs published plugins of Better Auth (src/features/plugins/README.md). */
@Module({
  imports: [
    AccountsModule,
    HttpModule,
    MailModule,
    NoticesModule,
    ProvidersModule,
    RateLimitsModule,
    SessionsModule,
    UsersModule,
  ],
  providers: [
    DirectoryAccess,
    ApiKeys,
    KeyUsage,
    LibraryRequests,
    ModuleCallbacks,
    FactorNotices,
    GivenSessions,
    HostDatabase,
    HostLog,
    HostPasswords,
    HostProviders,
    HostRows,
    HostedRoutes,
    PluginHost,
    PluginMessages,
    PluginRateLimits,
  ],
})
export class PluginsFeature {}

/** Loads the library and adds the routes of plugins, before the server has routes. Does nothing without `PLUGINS`. */
export async function installPlugins(server: FastifyInstance, app: NestFastifyApplication): Promise<void> {
  const { plugins } = app.get<Config>(CONFIG);
  if (!plugins) return;
  const host = await app.get(PluginHost, { strict: false }).start(plugins.plugins, {
    apiKeys: app.get(ApiKeys, { strict: false }),
    givenSessions: app.get(GivenSessions, { strict: false }),
  });
  app.get(ModuleCallbacks, { strict: false }).install(host.findUser);
  app.get(PluginRateLimits, { strict: false }).add(plugins.plugins);
  app.get(HostedRoutes, { strict: false }).install(server, host);
  app.get(ApiContributions).addRoutes(() => host.describe());
}
