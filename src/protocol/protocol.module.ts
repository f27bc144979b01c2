import { Module } from '@nestjs/common';
import { ProtocolController } from './protocol.controller.js';

/** Routes about the protocol itself. */
@Module({ controllers: [ProtocolController] })
export class ProtocolModule {}
