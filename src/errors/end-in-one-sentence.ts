import { inspect } from 'node:util';
import { StartupFault } from './startup-fault.js';

/** Runs a program; what an operator can mend ends it with one message and exit code 1, without a stack trace. */
export async function endInOneSentence(program: () => Promise<void>): Promise<void> {
  try {
    await program();
  } catch (error) {
    process.stderr.write(`${error instanceof StartupFault ? error.message : inspect(error)}\n`);
    process.exit(1);
  }
}
