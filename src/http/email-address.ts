/** The pattern of the protocol: no quoted local part, no IDN, no spaces, no length limit (protocol.md §4.3). */
const PATTERN =
  /^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}$/;

export const isEmailAddress = (value: string): boolean => PATTERN.test(value);
