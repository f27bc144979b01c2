import { functionFaults, functionsOfOptions } from '../../../src/config/plugins/module-options.js';
import { loadConfig } from '../../../src/config/config.js';
import { SECRET } from '../../setup/gatehouse.js';

const call = () => {};
const hash = async (identifier: string) => identifier;

test.each<[string, object]>([
  ['session.cookieCache.version', { session: { cookieCache: { version: '2' } } }],
  ['verification.storeIdentifier', { verification: { storeIdentifier: 'hashed' } }],
  ['verification.storeIdentifier.default', { verification: { storeIdentifier: { default: 'secret' } } }],
  ['advanced.database.generateId', { advanced: { database: { generateId: 'uuid' } } }],
  ['advanced.backgroundTasks', { advanced: { backgroundTasks: { handler: call } } }],
  ['logger.level', { logger: { level: 'debug', log: call } }],
  ['onAPIError.throw', { onAPIError: { throw: true } }],
])('the export %s is refused', (name, exported) => {
  expect(() => functionsOfOptions('./module.mjs', exported)).toThrow(`without the export ${name}, which`);
});

test.each<[string, object]>([
  ['session.cookieCache.version', { session: { cookieCache: { version: call } } }],
  ['verification.storeIdentifier.hash', { verification: { storeIdentifier: { hash } } }],
  [
    'verification.storeIdentifier.overrides',
    { verification: { storeIdentifier: { default: 'plain', overrides: { a: 'hashed', b: { hash } } } } },
  ],
  ['advanced.database.generateId', { advanced: { database: { generateId: call } } }],
  ['logger.log', { logger: { log: call } }],
  ['onAPIError.onError', { onAPIError: { onError: call } }],
])('the export %s is taken', (_name, exported) => {
  expect(functionsOfOptions('./module.mjs', exported)).toEqual(exported);
});

test('a version of a cookie that is off is a fault', () => {
  const config = loadConfig(
    { DATABASE_URL: 'postgresql://localhost/unused', BETTER_AUTH_SECRET: SECRET },
    { optionTables: [], cookies: [], extensions: [] },
  );
  const functions = { session: { cookieCache: { version: () => '2' } } };
  expect(functionFaults(functions, config, {})).toEqual([
    'SESSION_COOKIE_CACHE_ENABLED must be true, because the module in PLUGINS exports session.cookieCache.version.',
  ]);
});
