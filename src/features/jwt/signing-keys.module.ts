import { Module } from '@nestjs/common';
import { JwksStore } from './jwks.store.js';
import { SigningKeys } from './signing-keys.js';

/** The keys alone, for features that sign something else than JWTs of users. */
@Module({ providers: [JwksStore, SigningKeys], exports: [SigningKeys] })
export class SigningKeysModule {}
