/** The folders of `src` from bottom to top. An import may only point to an earlier folder. */
export const FOLDERS = [
  'collections',
  'concurrency',
  'network',
  'crypto',
  'cookies',
  'errors',
  'config',
  'logging',
  'metrics',
  'database',
  'openapi',
  'additional-fields',
  'http',
  'audit',
  'sweeping',
  'rate-limits',
  'outbox',
  'mail',
  'verifications',
  'users',
  'notices',
  'sessions',
  'providers',
  'accounts',
  'telemetry',
  'lockout',
  'password-rules',
  'social',
  'legacy',
  'features/bearer',
  'features/jwt',
  'features/plugins',
  'webhooks',
  'audit-trail',
  'pages',
  'documentation',
  'assembly',
  'migrating',
  'health',
  'planning',
  'compat',
  'switch-over',
  'local',
  'commands',
] as const;

export type Folder = (typeof FOLDERS)[number];

/** The files at the root of `src` put the application together, and only the commands run it. */
const ROOT_FILES = ['app.module', 'create-app', 'main', 'request-step', 'request-steps', 'serve'];

/** These are plain TypeScript, so that they can be read and tested without a framework. */
const WITHOUT_FRAMEWORK: readonly Folder[] = ['collections', 'concurrency', 'network', 'crypto', 'cookies'];

interface Pattern {
  readonly regex: string;
  readonly message: string;
}

/** The part of .oxlintrc.json that follows from the order: one override for each folder that has something above it. */
export function overrides() {
  return FOLDERS.filter((folder) => folder !== 'commands').map((folder, index) => ({
    files: [`src/${folder}/**`],
    rules: { 'no-restricted-imports': ['error', { patterns: patternsOf(folder, FOLDERS.slice(index + 1)) }] },
  }));
}

function patternsOf(folder: Folder, above: readonly Folder[]): Pattern[] {
  const roots = `(${ROOT_FILES.join('|').replaceAll('.', '\\.')})\\.js$`;
  const folders = above.map((name) => `${name.replace('features/', '(features/)?')}/`);
  const message = `${folder} may only import the folders before it in test/folder-order.ts.`;
  return [
    { regex: `^(\\.\\./)+(${[roots, ...folders].join('|')})`, message },
    ...(WITHOUT_FRAMEWORK.includes(folder)
      ? [{ regex: '^(@nestjs/|typeorm$|fastify$)', message: `${folder} does without a framework.` }]
      : []),
  ];
}
