// The compiled mail module with its database and nothing else. Tests make it send mails over HTTP, as a request would.
import 'reflect-metadata';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { loadConfig } from '../../dist/src/assembly/load-config.js';
import { AccountMails } from '../../dist/src/accounts/mails/account-mails.js';
import { ConfigModule } from '../../dist/src/config/config.module.js';
import { readEnvironment } from '../../dist/src/config/environment.js';
import { DatabaseModule } from '../../dist/src/database/database.module.js';
import { entitiesWith } from '../../dist/src/assembly/entities.js';
import { LoggingModule } from '../../dist/src/logging/logging.module.js';
import { MailModule } from '../../dist/src/mail/mail.module.js';
import { MetricsModule } from '../../dist/src/metrics/metrics.module.js';
import { Mailer } from '../../dist/src/mail/mailer.js';

const config = loadConfig(readEnvironment());

class MailProgram {}
Module({
  providers: [AccountMails],
  imports: [
    ConfigModule.with(config),
    LoggingModule,
    MetricsModule,
    DatabaseModule.with(entitiesWith(config)),
    MailModule,
  ],
})(MailProgram);

const app = await NestFactory.createApplicationContext(MailProgram, { logger: false, abortOnError: false });
app.enableShutdownHooks();
const mailer = app.get(Mailer);
const dataSource = app.get(DataSource);

async function answer(request, response) {
  const { mails, transaction } = await json(request);
  const began = performance.now();
  const sendAll = async (manager) => {
    for (const mail of mails) await mailer.send(mail, manager);
    if (transaction === 'roll back') throw new Error('changed my mind');
  };
  if (transaction) await dataSource.transaction(sendAll).catch(() => {});
  else await sendAll();
  response.end(JSON.stringify({ enabled: mailer.enabled, milliseconds: performance.now() - began }));
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => response.destroy(error));
});
server.listen(config.port, '127.0.0.1', () => process.stdout.write('ready\n'));
process.once('SIGTERM', () => server.close());
