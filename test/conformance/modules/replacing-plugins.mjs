// Plugins that replace a route, or change where a provider returns to, as both servers load them.
import { customSession, oAuthProxy } from 'better-auth/plugins';

export default [
  customSession(async ({ user, session }, ctx) => ({
    user: { ...user, initials: user.name.slice(0, 1) },
    session: { id: session.id, expiresAt: session.expiresAt },
    path: ctx.path,
    agent: ctx.headers.get('user-agent'),
  })),
  oAuthProxy({ productionURL: 'https://production.example' }),
];
