export type Level = 'error' | 'warning';

/** One thing that is not as it should be, and what to do about it. Warnings alone leave the database compatible. */
export interface Finding {
  readonly level: Level;
  readonly area: 'migrations' | 'structure' | 'data' | 'better-auth';
  readonly message: string;
  /** Rows concerned, where it is about rows. */
  readonly count?: number;
  readonly examples?: readonly string[];
  readonly remedy: string;
}

/** A finding about rows, before anybody has looked for them. */
export interface DataCheck extends Pick<Finding, 'level' | 'message' | 'remedy'> {
  /** SQL that gives one row per fault, described in the column `example`. */
  readonly select: string;
}
