import { describeScenarios } from './describe-scenarios.js';
import { COOKIE_SETS } from './scenarios/cookies.js';

for (const { name, scenarios, ...optionSet } of COOKIE_SETS) {
  describeScenarios(name, optionSet, { scenarios });
}
