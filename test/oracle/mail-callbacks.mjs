/** Prints a mail as one line, in the format of Gatehouse's log. */
const printMail = (kind, to, url) => process.stdout.write(`mail ${kind} to ${to}: ${url}\n`);

/**
 * Adds callbacks that print the mails, because Better Auth sends none itself. The callbacks sendChangeEmailConfirmation and
 * sendDeleteAccountVerification change what their routes do, so they are added only if the options have `true` for them.
 */
export function withMailCallbacks({ emailAndPassword, emailVerification, user, ...options }) {
  return {
    ...options,
    emailAndPassword: {
      sendResetPassword: async ({ user, url }) => printMail('reset-password', user.email, url),
      ...emailAndPassword,
    },
    emailVerification: {
      sendVerificationEmail: async ({ user, url }) => printMail('verify-email', user.email, url),
      ...emailVerification,
    },
    user: {
      ...user,
      changeEmail: {
        ...user?.changeEmail,
        sendChangeEmailConfirmation:
          user?.changeEmail?.sendChangeEmailConfirmation &&
          (async ({ user, url }) => printMail('change-email-confirmation', user.email, url)),
      },
      deleteUser: {
        ...user?.deleteUser,
        sendDeleteAccountVerification:
          user?.deleteUser?.sendDeleteAccountVerification &&
          (async ({ user, url }) => printMail('delete-account', user.email, url)),
      },
    },
  };
}
