import { Module } from '@nestjs/common';
import { MailModule } from '../mail/mail.module.js';
import { OwnerNotices } from './owner-notices.js';

@Module({ imports: [MailModule], providers: [OwnerNotices], exports: [OwnerNotices] })
export class NoticesModule {}
