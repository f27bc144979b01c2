import { describeScenarios } from './describe-scenarios.js';
import { EDGE_SETS } from './scenarios/edge.js';

for (const { name, scenarios, ...optionSet } of EDGE_SETS) describeScenarios(name, optionSet, { scenarios });
