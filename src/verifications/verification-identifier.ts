/**
 * What a row is for, with a prefix of its own for each purpose (protocol.md §8): a token handed out for one thing opens
 * nothing else.
 */
export const verificationIdentifier = {
  resetPassword: (token: string) => `reset-password:${token}`,
  deleteAccount: (token: string) => `delete-account-${token}`,
  /** Of a sign-in at a provider that has begun. */
  authState: (state: string) => `auth-state:${state}`,
  /** Marks a confirmation link as followed. */
  changeEmailConfirmation: (token: string) => `change-email-confirmation:${token}`,
} as const;
