import { Module } from '@nestjs/common';
import { PagesController } from './pages.controller.js';

/** Routes about the protocol itself. */
@Module({ controllers: [PagesController] })
export class PagesModule {}
