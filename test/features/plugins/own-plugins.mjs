// A module for PLUGINS, as an operator writes it. Its plugin uses everything that this server offers to plugins.
import { APIError, createAuthEndpoint, createAuthMiddleware, sessionMiddleware } from 'better-auth/api';
import { username } from 'better-auth/plugins';

const hooksOn = (context) => ({
  user: { create: { before: async (user) => ({ data: { ...user, name: `${user.name}!` } }) } },
  session: {
    create: {
      before: async (session, asked) =>
        asked?.headers?.get('x-own') === 'refuse' ? false : { data: session },
      after: async ({ userId }) =>
        void (await context.adapter.create({ model: 'ownNote', data: { text: 'signed in', userId } })),
    },
  },
});

export default ({ mail, sms, config }) => [
  username({ minUsernameLength: 5 }),
  {
    id: 'own',
    schema: {
      user: {
        fields: { favouriteColour: { type: 'string', required: false, defaultValue: 'blue', input: false } },
      },
      ownNote: {
        fields: {
          text: { type: 'string', required: true },
          userId: { type: 'string', required: true, references: { model: 'user', field: 'id' } },
        },
      },
    },
    init(context) {
      const { hash } = context.password;
      return {
        context: {
          password: {
            ...context.password,
            async hash(password) {
              if (password.includes('swordfish'))
                throw new APIError('BAD_REQUEST', { message: 'Everybody knows it' });
              return hash(password);
            },
          },
        },
        options: { databaseHooks: hooksOn(context) },
      };
    },
    endpoints: {
      ownNotes: createAuthEndpoint('/own/notes', { method: 'GET', use: [sessionMiddleware] }, async (ctx) =>
        ctx.json({
          baseURL: config.baseURL,
          notes: await ctx.context.adapter.findMany({ model: 'ownNote' }),
        }),
      ),
      ownSend: createAuthEndpoint('/own/send', { method: 'POST' }, async (ctx) => {
        await mail({ to: 'ada@example.com', subject: 'Hello', text: 'good-news' });
        await sms({ to: '+15551230001', otp: '123456' });
        return ctx.json({ sent: true });
      }),
    },
    hooks: {
      before: [
        {
          matcher: (ctx) => ctx.path === '/sign-in/email',
          handler: createAuthMiddleware(async ({ body }) =>
            body?.email === 'alias@example.com'
              ? { context: { body: { ...body, email: 'ada@example.com' } } }
              : undefined,
          ),
        },
        {
          matcher: (ctx) => ctx.headers?.get('x-own') === 'stop',
          handler: createAuthMiddleware(async () => {
            throw new APIError('FORBIDDEN', { message: 'Stopped', code: 'STOPPED' });
          }),
        },
      ],
    },
  },
];
