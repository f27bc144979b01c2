import * as exports from './cases/exports.js';
import { runCases } from './run-cases.js';

runCases(Object.values(exports));
