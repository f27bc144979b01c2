/**
 * Lower-cases A to Z and no other letter. `toLowerCase` turns "İ" and the Kelvin sign into ASCII letters, and so one
 * person's address into another's.
 */
export function lowerCaseAddress(email: string): string {
  return email.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
