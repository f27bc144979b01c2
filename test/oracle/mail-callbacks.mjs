/** In Gatehouse's words for the mails it would send: one line each. */
const say = (kind, to, url) => process.stdout.write(`mail ${kind} to ${to}: ${url}\n`);

/**
 * Better Auth takes its mails as callbacks, where Gatehouse sends them itself. The two that change what a route does are
 * there only when the options say `true` for them.
 */
export function withMailCallbacks({ emailAndPassword, emailVerification, user, ...options }) {
  return {
    ...options,
    emailAndPassword: {
      sendResetPassword: async ({ user, url }) => say('reset-password', user.email, url),
      ...emailAndPassword,
    },
    emailVerification: {
      sendVerificationEmail: async ({ user, url }) => say('verify-email', user.email, url),
      ...emailVerification,
    },
    user: {
      ...user,
      changeEmail: {
        ...user?.changeEmail,
        sendChangeEmailConfirmation:
          user?.changeEmail?.sendChangeEmailConfirmation &&
          (async ({ user, url }) => say('change-email-confirmation', user.email, url)),
      },
      deleteUser: {
        ...user?.deleteUser,
        sendDeleteAccountVerification:
          user?.deleteUser?.sendDeleteAccountVerification &&
          (async ({ user, url }) => say('delete-account', user.email, url)),
      },
    },
  };
}
