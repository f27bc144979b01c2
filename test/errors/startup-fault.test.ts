import { inspect } from 'node:util';
import { StartupFault } from '../../src/errors/startup-fault.js';

test('a startup fault prints its message only, even if the program prints the whole error', () => {
  const fault = new StartupFault('The port is taken.');
  expect(inspect(fault)).toBe('The port is taken.');
  expect(inspect(fault)).not.toContain('startup-fault');
  expect(fault).toBeInstanceOf(Error);
});
