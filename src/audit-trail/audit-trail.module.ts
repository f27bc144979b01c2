import { Module } from '@nestjs/common';
import { SigningKeysModule } from '../features/jwt/signing-keys.module.js';
import { ChainStore } from './chain.store.js';
import { ChainWorker } from './chain-worker.js';

@Module({ imports: [SigningKeysModule], providers: [ChainStore, ChainWorker] })
export class AuditTrailModule {}
