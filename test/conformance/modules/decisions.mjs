// Better Auth's options that decide about a request, as both servers load them.
import { createHmac } from 'node:crypto';

const note = (name, data) => process.stdout.write(`called ${JSON.stringify({ name, data })}\n`);

export default [];

export const trustedOrigins = (request) => {
  const tenant = request?.headers.get('x-tenant');
  return tenant ? [`https://${tenant}.example`, null] : [undefined];
};

export const account = {
  accountLinking: {
    trustedProviders: async (request) => (request?.headers.get('x-tenant') === 'acme' ? ['acme'] : []),
  },
};

export const user = {
  validateUserInfo({ user: given, source }, { path }) {
    note('validateUserInfo', { given, source, path });
    if (given.name === 'Fault') throw new Error('no such service');
    if (given.name === 'Mallory') return { error: 'kept_out' };
    if (given.email?.endsWith('@elsewhere.example'))
      return { error: 'other_domain', errorDescription: 'Only for people of Example' };
    return undefined;
  },
};

export const emailAndPassword = {
  password: {
    hash: async (password) => `peppered:${createHmac('sha256', 'pepper').update(password).digest('hex')}`,
    async verify({ hash, password }) {
      if (!hash.startsWith('peppered:')) throw new Error('another format');
      return hash === (await emailAndPassword.password.hash(password));
    },
  },
  customSyntheticUser({ coreFields, additionalFields, id }) {
    note('customSyntheticUser', { coreFields, additionalFields, id: typeof id });
    return {
      ...coreFields,
      ...additionalFields,
      name: `${coreFields.name} (synthetic)`,
      secret: 'never sent',
      id,
    };
  },
};

const counts = new Map();

export const rateLimit = {
  customRules: {
    '/list-sessions': async (request, rule) => {
      note('customRules', { rule, path: new URL(request.url).pathname });
      const tier = request.headers.get('x-tier');
      if (tier === 'fault') throw new Error('no such tier');
      return { free: { window: 60, max: 1 }, unlimited: false }[tier] ?? rule;
    },
  },
  customStorage: {
    async consume(key, { max }) {
      const path = key.slice(key.indexOf('|') + 1);
      const count = (counts.get(path) ?? 0) + 1;
      counts.set(path, count);
      note('consume', { path, max, count });
      return count > max ? { allowed: false, retryAfter: 7 } : { allowed: true, retryAfter: null };
    },
  },
};
