import { describeScenarios } from './describe-scenarios.js';
import { ADDITIONAL_FIELDS, additionalFields } from './scenarios/additional-fields.js';

describeScenarios('additionalFields', ADDITIONAL_FIELDS, { additionalFields });
