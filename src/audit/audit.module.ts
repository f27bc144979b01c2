import { Global, Module } from '@nestjs/common';
import { Audit } from './audit.js';

/** Global, because most use cases that change something name their act. */
@Global()
@Module({ providers: [Audit], exports: [Audit] })
export class AuditModule {}
