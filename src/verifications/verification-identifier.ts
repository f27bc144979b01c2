/**
 * Identifiers of verification rows. Each purpose has its own prefix (src/verifications/protocol.md, "Rows"),
 * so that a token for one purpose cannot be used for another.
 */
export const verificationIdentifier = {
  resetPassword: (token: string) => `reset-password:${token}`,
  deleteAccount: (token: string) => `delete-account-${token}`,
  /** For a sign-in at a provider that is under way. */
  authState: (state: string) => `auth-state:${state}`,
  /** Marks a confirmation link as used. */
  changeEmailConfirmation: (token: string) => `change-email-confirmation:${token}`,
} as const;
