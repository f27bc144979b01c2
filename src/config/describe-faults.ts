/** The message of a start that fails because of the settings. */
export function describeFaults(faults: readonly string[]): string {
  return faults.length === 1
    ? `The configuration has a fault: ${faults[0]}`
    : `The configuration has ${faults.length} faults:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`;
}
