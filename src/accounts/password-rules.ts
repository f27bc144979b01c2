import { Injectable } from '@nestjs/common';
import type { AuthError } from '../errors/auth-error.js';

/** The user who gets a new password. */
export interface PasswordOwner {
  readonly email: string;
  readonly name: string;
}

/** A rule that every new password must pass, besides its length. */
export interface PasswordRule {
  /** @returns the error that refuses the password, or undefined to allow it. */
  refuse(password: string, owner: PasswordOwner): AuthError | undefined | Promise<AuthError | undefined>;
}

/** All rules, in the order in which they decide. A feature adds its own when its module starts. */
@Injectable()
export class PasswordRules {
  private readonly rules: PasswordRule[] = [];

  add(rule: PasswordRule): void {
    this.rules.push(rule);
  }

  /** Returns the error of the first rule that refuses, or undefined. */
  async refuse(password: string, owner: PasswordOwner): Promise<AuthError | undefined> {
    for (const rule of this.rules) {
      const refusal = await rule.refuse(password, owner);
      if (refusal) return refusal;
    }
    return undefined;
  }
}
