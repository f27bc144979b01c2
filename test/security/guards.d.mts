/** One place in the code that closes a hole, and the test that shows it. */
export interface Guard {
  /** The bullet of the list of holes, in a few words. */
  readonly bullet: string;
  /** What this place does. */
  readonly guard: string;
  readonly file: string;
  /** The guard itself. It occurs once in the file. */
  readonly code: string;
  /** What the file has in its place when the guard is removed. */
  readonly without: string;
  /** The file of the test and its name, or parts of its name with `…` between them. */
  readonly test: readonly [file: string, name: string];
}

export declare const GUARDS: readonly Guard[];
/** The parts of a test's name. */
export declare function piecesOf(name: string): string[];
/** What is wrong with an entry: the code is not there exactly once, or the test does not exist. */
export declare function faultIn(guard: Guard, root: string): string[];
