import { VARIABLES } from '../../src/config/variables.js';

test.each(Object.entries(VARIABLES))('%s has a description of one line for the README', (name, variable) => {
  expect(name).toMatch(/^[A-Z][A-Z0-9_]*$/);
  expect(variable.about).not.toBe('');
  expect(variable.about).not.toContain('\n');
});
