// A plugin whose hooks change the request before its route, as both servers load it.
import { createHmac } from 'node:crypto';
import { createAuthMiddleware } from 'better-auth/api';

const hook = (matcher, handler) => ({ matcher, handler: createAuthMiddleware(handler) });
const named = (name) => (ctx) => Boolean(ctx.headers?.get(name));

export default [
  {
    id: 'changing-hooks',
    hooks: {
      before: [
        // As the plugin bearer does it: a credential of its own becomes the cookie of a session.
        hook(named('x-cookie-of'), async (ctx) => {
          const token = ctx.headers.get('x-cookie-of');
          const signature = createHmac('sha256', ctx.context.secret).update(token).digest('base64');
          const headers = new Headers(ctx.headers);
          const { name } = ctx.context.authCookies.sessionToken;
          headers.set('cookie', `${name}=${encodeURIComponent(`${token}.${signature}`)}`);
          return { context: { headers } };
        }),
        // As the plugin api-key does it.
        hook(named('x-session-of'), async (ctx) => {
          const session = await ctx.context.internalAdapter.findSession(ctx.headers.get('x-session-of'));
          if (session) ctx.context.session = session;
          return { context: ctx };
        }),
        hook(
          ({ path }) => path === '/verify-email',
          async ({ query }) => ({ context: { query: { ...query, callbackURL: '/changed' } } }),
        ),
        hook(named('x-agent'), async (ctx) => {
          const headers = new Headers(ctx.headers);
          headers.set('user-agent', ctx.headers.get('x-agent'));
          return { context: { headers } };
        }),
      ],
    },
  },
];
