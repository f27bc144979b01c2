import type { Type } from '@nestjs/common';
import { BearerFeature } from '../features/bearer/bearer.feature.js';
import { JwtFeature } from '../features/jwt/jwt.feature.js';

/** The module of each feature. Credentials are read and headers are added in this order. */
export const FEATURE_MODULES: readonly Type[] = [BearerFeature, JwtFeature];
