import { expectDocument } from './document.js';
import { readPlugins } from './plugin-errors/read-plugins.js';

test('the errors of plugins are those in the published code', async () => {
  const codes = readPlugins();
  await expectDocument('src/features/plugins/error-codes.json', () => JSON.stringify(codes));
  // Each of these comes another way: by name, through a variable, a parameter, a switch, and in a form of its own.
  for (const [route, status, listed] of [
    ['POST /organization/create', 400, { codes: ['ORGANIZATION_ALREADY_EXISTS'] }],
    [
      'POST /organization/update-role',
      403,
      { codes: expect.arrayContaining(['YOU_ARE_NOT_ALLOWED_TO_READ_A_ROLE']) },
    ],
    ['POST /two-factor/verify-otp', 401, { codes: ['INVALID_CODE', 'INVALID_TWO_FACTOR_COOKIE'] }],
    ['POST /sign-in/sso', 502, { codes: ['discovery_timeout', 'discovery_unexpected_error'] }],
    ['POST /device/token', 400, { names: expect.arrayContaining(['authorization_pending', 'slow_down']) }],
  ] as const)
    expect([route, codes.routes[route]?.errors[status]]).toEqual([route, listed]);
});
