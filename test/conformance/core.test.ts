import { describeScenarios } from './describe-scenarios.js';
import { errorPage } from './scenarios/error-page.js';
import { getSession } from './scenarios/get-session.js';
import { jwtAndBearer } from './scenarios/jwt-and-bearer.js';
import { paths } from './scenarios/paths.js';
import { sessions } from './scenarios/sessions.js';
import { updateUser } from './scenarios/user.js';

describeScenarios('defaults', {}, { paths, errorPage, getSession, sessions, updateUser, jwtAndBearer });
