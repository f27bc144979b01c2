import { Module } from '@nestjs/common';
import { HttpModule } from '../http/http.module.js';
import { UpdateUser } from './use-cases/update-user.js';
import { UsersController } from './users.controller.js';
import { UsersStore } from './users.store.js';

@Module({
  imports: [HttpModule],
  controllers: [UsersController],
  providers: [UsersStore, UpdateUser],
  exports: [UsersStore],
})
export class UsersModule {}
