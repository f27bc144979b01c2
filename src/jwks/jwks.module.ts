import { Module } from '@nestjs/common';
import { JwksController } from './jwks.controller.js';
import { JwksStore } from './jwks.store.js';
import { SigningKeys } from './signing-keys.js';

@Module({ controllers: [JwksController], providers: [JwksStore, SigningKeys], exports: [SigningKeys] })
export class JwksModule {}
