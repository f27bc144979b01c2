import * as additionalFields from './scenarios/additional-fields.js';
import * as cookies from './scenarios/cookies.js';
import * as deletion from './scenarios/deletion.js';
import * as edge from './scenarios/edge.js';
import * as emails from './scenarios/emails.js';
import * as errorPage from './scenarios/error-page.js';
import * as getSession from './scenarios/get-session.js';
import * as idTokens from './scenarios/id-tokens.js';
import * as jwtAndBearer from './scenarios/jwt-and-bearer.js';
import * as linkedAccounts from './scenarios/linked-accounts.js';
import * as linking from './scenarios/linking.js';
import * as options from './scenarios/options.js';
import * as origin from './scenarios/origin.js';
import * as passwords from './scenarios/passwords.js';
import * as paths from './scenarios/paths.js';
import * as sessions from './scenarios/sessions.js';
import * as signIn from './scenarios/sign-in.js';
import * as signUp from './scenarios/sign-up.js';
import * as social from './scenarios/social.js';
import * as user from './scenarios/user.js';
import type { Scenario } from './steps.js';

const MODULES = [
  additionalFields,
  cookies,
  deletion,
  edge,
  emails,
  errorPage,
  getSession,
  jwtAndBearer,
  options,
  origin,
  passwords,
  paths,
  sessions,
  signIn,
  signUp,
  user,
];

/** The scenarios in which both servers use the same OpenID provider. */
const PROVIDER_MODULES = [idTokens, linkedAccounts, linking, social];

const scenarios = scenariosOf(MODULES);
const providerScenarios = scenariosOf(PROVIDER_MODULES);

/** Finds the scenarios that a module exports: single ones, lists, or lists beside the options they need. */
function scenariosOf(exported: unknown): Scenario[] {
  if (typeof exported !== 'object' || exported === null) return [];
  return 'steps' in exported ? [exported as Scenario] : Object.values(exported).flatMap(scenariosOf);
}

/** The labels of the steps that compare something. SQL, pauses and changed cookies only prepare the next step. */
const stepsOf = (all: readonly Scenario[]) =>
  all
    .flatMap(({ steps }) => steps.map(({ label }) => label))
    .filter((label) => /^([A-Z]+ [/{]|rows of |\d+ mails)/.test(label));

const compared = stepsOf(scenarios);

const PROVIDER_ROUTES = [
  'POST /sign-in/social',
  'GET /callback/',
  'POST /callback/',
  'POST /link-social',
  'POST /unlink-account',
  'POST /get-access-token',
  'POST /refresh-token',
  'GET /account-info',
];

const startsWith = (route: string) => {
  const [method, path] = route.split(' ');
  return (label: string) => label.startsWith(`${method} /api/auth${path}`);
};

/** Only requests to the routes for providers. A callback from the provider has the path `{callback}`. */
const comparedAtProviders = stepsOf(providerScenarios).filter(
  (label) => /^[A-Z]+ \{callback\}/.test(label) || PROVIDER_ROUTES.some((route) => startsWith(route)(label)),
);

/** The routes of src/http/protocol.md, "Routes" without social sign-in, and the routes of the jwt plugin. */
const ROUTES = [
  'GET /ok',
  'GET /error',
  'GET /get-session',
  'POST /get-session',
  'POST /sign-up/email',
  'POST /sign-in/email',
  'POST /sign-out',
  'GET /list-sessions',
  'POST /revoke-session',
  'POST /revoke-sessions',
  'POST /revoke-other-sessions',
  'POST /update-session',
  'POST /update-user',
  'POST /change-password',
  'POST /verify-password',
  'POST /change-email',
  'POST /delete-user',
  'GET /delete-user/callback',
  'POST /request-password-reset',
  'GET /reset-password/',
  'POST /reset-password',
  'GET /verify-email',
  'POST /send-verification-email',
  'GET /list-accounts',
  'GET /token',
  'GET /jwks',
];

test('the scenarios compare at least 400 steps', () => {
  process.stdout.write(`conformance: ${compared.length} steps in ${scenarios.length} scenarios\n`);
  expect(compared.length).toBeGreaterThanOrEqual(400);
});

test('the scenarios compare at least 150 requests to the provider routes', () => {
  process.stdout.write(
    `conformance: ${comparedAtProviders.length} requests to the provider routes in ${providerScenarios.length} scenarios\n`,
  );
  expect(comparedAtProviders.length).toBeGreaterThanOrEqual(150);
});

test.each(ROUTES)('a scenario compares %s', (route) => {
  expect(compared.filter(startsWith(route))).not.toEqual([]);
});

test.each(PROVIDER_ROUTES)('a provider scenario compares %s', (route) => {
  expect(comparedAtProviders.filter(startsWith(route))).not.toEqual([]);
});
