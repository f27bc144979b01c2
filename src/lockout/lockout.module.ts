import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { MailModule } from '../mail/mail.module.js';
import { SweepingModule } from '../sweeping/sweeping.module.js';
import { GuessesStore } from './guesses.store.js';
import { LockoutGate } from './lockout.gate.js';
import { LockoutMails } from './mails/lockout-mails.js';
import { OldGuesses } from './old-guesses.js';

@Module({
  imports: [AccountsModule, MailModule, SweepingModule],
  providers: [GuessesStore, LockoutGate, LockoutMails, OldGuesses],
})
export class LockoutModule {}
