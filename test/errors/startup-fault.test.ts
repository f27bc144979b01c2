import { inspect } from 'node:util';
import { StartupFault } from '../../src/errors/startup-fault.js';

test('a startup fault is printed as its sentence alone, also by a program that prints errors whole', () => {
  const fault = new StartupFault('The port is taken.');
  expect(inspect(fault)).toBe('The port is taken.');
  expect(inspect(fault)).not.toContain('startup-fault');
  expect(fault).toBeInstanceOf(Error);
});
