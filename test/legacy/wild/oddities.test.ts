import { HASH_FORMATS } from './cases/hash-formats.js';
import { NODE_ARGON2 } from './cases/node-argon2.js';
import * as oddities from './cases/oddities.js';
import { SOFT_DELETED, SOFT_DELETED_AGAIN } from './cases/soft-deleted.js';
import { runCases } from './run-cases.js';

runCases([SOFT_DELETED, SOFT_DELETED_AGAIN, ...Object.values(oddities), HASH_FORMATS, NODE_ARGON2]);
