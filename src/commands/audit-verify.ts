import { verifyAudit, type Verification } from '../audit-trail/verify.js';
import { runCommand } from './command.js';
import { JSON_FLAG, printResult } from './print-result.js';
import { withDatabase } from './with-database.js';

await runCommand({
  typed: 'npm run audit:verify',
  about:
    'Compares every event of the audit trail with its chain, and the chain with the signatures of the servers.',
  flags: { json: JSON_FLAG },
  exits: {
    0: 'The audit trail is as the servers wrote it.',
    1: 'Somebody changed it, or the program failed.',
  },
  async run({ flags }) {
    return withDatabase(async ({ dataSource }) => {
      const verification = await verifyAudit(dataSource);
      printResult(verification, flags.json, describe);
      return verification.findings.length === 0 ? 0 : 1;
    });
  },
});

function describe({ chained, waiting, signatures, dropped, findings }: Verification): string {
  return [
    `Events in the chain: ${chained}. Waiting for the chain: ${waiting}. Signatures: ${signatures}.`,
    ...dropped.map(
      ({ before, role }) => `The role ${role} dropped the events before ${before.toISOString()}.`,
    ),
    ...(findings.length === 0 ? ['The audit trail is as the servers wrote it.'] : []),
    ...findings.map(({ message }) => `${message}.`),
  ].join('\n');
}
