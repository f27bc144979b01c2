// Runs the published Better Auth in NestJS with the community's module. The module needs Node.js 22.22.1 and is not a
// dependency of this project. To install it: npm install --no-save @thallesp/nestjs-better-auth
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuthModule } from '@thallesp/nestjs-better-auth';
import { betterAuth } from 'better-auth';
import { optionsFrom } from './better-auth-options.mjs';

class AppModule {}
Module({ imports: [AuthModule.forRoot({ auth: betterAuth(optionsFrom(process.env)) })] })(AppModule);

const app = await NestFactory.create(AppModule, { bodyParser: false, logger: false });
await app.listen(Number(process.env.PORT), '127.0.0.1');
