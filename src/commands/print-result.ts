/** Prints a result for a person, or as JSON for a program. */
export function printResult<Result>(
  result: Result,
  json: boolean,
  describe: (result: Result) => string,
): void {
  process.stdout.write(`${json ? JSON.stringify(result, null, 2) : describe(result)}\n`);
}

export const JSON_FLAG = 'Print JSON for a program instead of text.';
