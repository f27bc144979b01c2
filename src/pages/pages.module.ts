import { Module } from '@nestjs/common';
import { PagesController } from './pages.controller.js';

/** The routes `ok` and `error`. */
@Module({ controllers: [PagesController] })
export class PagesModule {}
