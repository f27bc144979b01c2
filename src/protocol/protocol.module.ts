import { Module } from '@nestjs/common';
import { ProtocolController } from './protocol.controller.js';

/** Routes that are about the protocol itself and nobody in particular. */
@Module({ controllers: [ProtocolController] })
export class ProtocolModule {}
