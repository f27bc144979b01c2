import { describeScenarios } from './describe-scenarios.js';
import { origins } from './scenarios/origin.js';
import { signIn } from './scenarios/sign-in.js';
import { signUp } from './scenarios/sign-up.js';

describeScenarios('defaults', {}, { signUp, signIn, origins });
