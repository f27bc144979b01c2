/**
 * The pattern of the protocol: no quoted local part, no IDN, no spaces, no length limit
 * (src/http/protocol.md, "Validation messages").
 */
const PATTERN =
  /^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}$/;

export const isEmailAddress = (value: string): boolean => PATTERN.test(value);
