import { badRequest } from '../../src/errors/auth-error.js';
import { defineErrors } from '../../src/errors/defined-errors.js';

const errors = defineErrors({ KEY_DISABLED: 'The key is disabled' });

test('an error of a feature is raised like one of the catalogue', () => {
  expect(badRequest(errors.KEY_DISABLED)).toMatchObject({
    status: 400,
    body: { code: 'KEY_DISABLED', message: 'The key is disabled' },
  });
  expect(badRequest('INVALID_EMAIL').body).toEqual({ code: 'INVALID_EMAIL', message: 'Invalid email' });
  expect(badRequest(errors.KEY_DISABLED, 'Another text').body?.message).toBe('Another text');
});

test('two features cannot own one code', () => {
  expect(() => defineErrors({ KEY_DISABLED: 'Again' })).toThrow(
    'The error code KEY_DISABLED is defined twice.',
  );
});

test('a feature cannot own a code of the catalogue', () => {
  // @ts-expect-error because the catalogue owns the code
  expect(() => defineErrors({ INVALID_EMAIL: 'Mine' })).toThrow('INVALID_EMAIL is defined twice');
});

test('the codes are typed', () => {
  // @ts-expect-error because the feature has no such code
  expect(errors.KEY_DISABELD).toBeUndefined();
});
