import { inspect } from 'node:util';
import { StartupFault } from './startup-fault.js';

/**
 * Runs a program. A `StartupFault` ends it with its message, any other error with a stack trace; both with exit code 1.
 */
export async function endInOneSentence(program: () => Promise<void>): Promise<void> {
  try {
    await program();
  } catch (error) {
    process.stderr.write(`${error instanceof StartupFault ? error.message : inspect(error)}\n`);
    process.exit(1);
  }
}
