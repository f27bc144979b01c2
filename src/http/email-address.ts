/** The protocol's pattern (protocol.md §4.3): no quoted local part, no IDN, no blanks, no length limit. */
const PATTERN =
  /^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}$/;

export const isEmailAddress = (value: string): boolean => PATTERN.test(value);
