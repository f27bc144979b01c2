import { Module } from '@nestjs/common';
import { VerificationsStore } from './verifications.store.js';

@Module({ providers: [VerificationsStore], exports: [VerificationsStore] })
export class VerificationsModule {}
