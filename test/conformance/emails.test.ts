import { describeScenarios } from './describe-scenarios.js';
import * as emails from './scenarios/emails.js';

const { verifyEmail, changeEmailDisabled } = emails;
describeScenarios('e-mails', {}, { verifyEmail, changeEmailDisabled });

describeScenarios(
  'autoSignInAfterVerification',
  {
    options: { emailVerification: { autoSignInAfterVerification: true } },
    variables: { EMAIL_VERIFICATION_AUTO_SIGN_IN_AFTER_VERIFICATION: 'true' },
  },
  { autoSignIn: emails.autoSignIn },
);

describeScenarios(
  'requireEmailVerification, sendOnSignIn',
  {
    options: {
      emailAndPassword: { requireEmailVerification: true },
      emailVerification: { sendOnSignIn: true },
    },
    variables: {
      EMAIL_AND_PASSWORD_REQUIRE_EMAIL_VERIFICATION: 'true',
      EMAIL_VERIFICATION_SEND_ON_SIGN_IN: 'true',
    },
  },
  { requireVerification: emails.requireVerification },
);

describeScenarios(
  'requireEmailVerification, sendOnSignUp: false',
  {
    options: {
      emailAndPassword: { requireEmailVerification: true },
      emailVerification: { sendOnSignUp: false },
    },
    variables: {
      EMAIL_AND_PASSWORD_REQUIRE_EMAIL_VERIFICATION: 'true',
      EMAIL_VERIFICATION_SEND_ON_SIGN_UP: 'false',
    },
  },
  { silentSignUp: emails.silentSignUp },
);

describeScenarios(
  'sendOnSignUp, expiresIn: 60',
  {
    options: { emailVerification: { sendOnSignUp: true, expiresIn: 60 } },
    variables: { EMAIL_VERIFICATION_SEND_ON_SIGN_UP: 'true', EMAIL_VERIFICATION_EXPIRES_IN: '60' },
  },
  { sendOnSignUp: emails.sendOnSignUp },
);

describeScenarios(
  'changeEmail',
  {
    options: { user: { changeEmail: { enabled: true } } },
    variables: { USER_CHANGE_EMAIL_ENABLED: 'true' },
  },
  { changeEmail: emails.changeEmail },
);

describeScenarios(
  'changeEmail with confirmation',
  {
    options: { user: { changeEmail: { enabled: true, sendChangeEmailConfirmation: true } } },
    variables: {
      USER_CHANGE_EMAIL_ENABLED: 'true',
      USER_CHANGE_EMAIL_SEND_CHANGE_EMAIL_CONFIRMATION: 'true',
    },
  },
  { twoSteps: emails.twoSteps },
);

describeScenarios(
  'changeEmail without verification',
  {
    options: { user: { changeEmail: { enabled: true, updateEmailWithoutVerification: true } } },
    variables: {
      USER_CHANGE_EMAIL_ENABLED: 'true',
      USER_CHANGE_EMAIL_UPDATE_EMAIL_WITHOUT_VERIFICATION: 'true',
    },
  },
  { atOnce: emails.atOnce },
);
