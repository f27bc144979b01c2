import { betterAuth } from 'better-auth';
import { bearer, jwt } from 'better-auth/plugins';

/** The routes and the error codes of the installed better-auth with the plugins that are part of this server. */
export function routesAndErrors() {
  const { api, $ERROR_CODES } = betterAuth({
    secret: 'a secret of no importance, only to list the routes',
    baseURL: 'http://localhost:3000',
    logger: { disabled: true },
    emailAndPassword: { enabled: true },
    plugins: [bearer(), jwt()],
  });
  const routes = Object.values(api).flatMap(({ path, options }) =>
    path === undefined ? [] : [options.method ?? 'GET'].flat().map((method) => `${method} ${path}`),
  );
  return { routes: routes.toSorted(), errors: Object.keys($ERROR_CODES).toSorted() };
}
