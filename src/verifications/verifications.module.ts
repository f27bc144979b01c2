import { Module } from '@nestjs/common';
import { ExpiredVerifications } from './expired-verifications.js';
import { VerificationsStore } from './verifications.store.js';

@Module({ providers: [VerificationsStore, ExpiredVerifications], exports: [VerificationsStore] })
export class VerificationsModule {}
