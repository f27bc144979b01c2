/** Something that the first migration found in the database. An error stops the run before it changes anything. */
export interface Finding {
  readonly level: 'error' | 'warning';
  /** What was found, with numbers of rows. */
  readonly message: string;
  /** What the operator can do. */
  readonly remedy: string;
}

export const error = (message: string, remedy: string): Finding => ({ level: 'error', message, remedy });
export const warning = (message: string, remedy: string): Finding => ({ level: 'warning', message, remedy });
