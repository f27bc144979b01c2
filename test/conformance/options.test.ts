import { describeScenarios } from './describe-scenarios.js';
import { OPTION_SETS } from './scenarios/options.js';

for (const { name, scenarios, ...optionSet } of OPTION_SETS)
  describeScenarios(name, optionSet, { scenarios });
