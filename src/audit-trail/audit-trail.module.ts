import { Module } from '@nestjs/common';
import { SigningKeysModule } from '../features/jwt/signing-keys.module.js';
import { WebhooksModule } from '../webhooks/webhooks.module.js';
import { ChainStore } from './chain.store.js';
import { ChainWorker } from './chain-worker.js';

@Module({ imports: [SigningKeysModule, WebhooksModule], providers: [ChainStore, ChainWorker] })
export class AuditTrailModule {}
