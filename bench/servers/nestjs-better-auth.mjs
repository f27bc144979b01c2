// The published Better Auth inside NestJS, by the community's module. It needs Node.js 22.22.1 and is no dependency of ours:
// `npm install --no-save @thallesp/nestjs-better-auth` brings it.
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuthModule } from '@thallesp/nestjs-better-auth';
import { betterAuth } from 'better-auth';
import { optionsFrom } from './better-auth-options.mjs';

class AppModule {}
Module({ imports: [AuthModule.forRoot({ auth: betterAuth(optionsFrom(process.env)) })] })(AppModule);

const app = await NestFactory.create(AppModule, { bodyParser: false, logger: false });
await app.listen(Number(process.env.PORT), '127.0.0.1');
