import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { BreachRule } from './breach.rule.js';
import { ObviousRule } from './obvious.rule.js';

@Module({ imports: [AccountsModule], providers: [ObviousRule, BreachRule] })
export class PasswordRulesModule {}
