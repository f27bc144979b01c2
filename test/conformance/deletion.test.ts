import { describeScenarios } from './describe-scenarios.js';
import { deleteByMail, deleteDisabled, deleteUser } from './scenarios/deletion.js';

describeScenarios('deleteUser disabled', {}, { deleteDisabled });

describeScenarios(
  'deleteUser',
  {
    options: { user: { deleteUser: { enabled: true } } },
    variables: { USER_DELETE_USER_ENABLED: 'true' },
  },
  { deleteUser },
);

describeScenarios(
  'deleteUser by mail',
  {
    options: {
      user: { deleteUser: { enabled: true, sendDeleteAccountVerification: true, deleteTokenExpiresIn: 120 } },
    },
    variables: {
      USER_DELETE_USER_ENABLED: 'true',
      USER_DELETE_USER_SEND_DELETE_ACCOUNT_VERIFICATION: 'true',
      USER_DELETE_USER_DELETE_TOKEN_EXPIRES_IN: '120',
    },
  },
  { deleteByMail },
);
