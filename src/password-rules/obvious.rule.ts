import { Inject, Injectable } from '@nestjs/common';
import { PasswordRules, type PasswordOwner, type PasswordRule } from '../accounts/password-rules.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { badRequest, type AuthError } from '../errors/auth-error.js';
import { COMMON_PASSWORDS } from './common-passwords.js';

const MESSAGE = 'This password is easy to guess. Please choose a different password.';
/** Shorter parts of a name or an e-mail, such as `ann`, are in many good passwords. */
const SHORTEST_PART = 4;

/** Refuses what attackers try first: common passwords, the user's own e-mail or name, repetitions and rows of keys. */
@Injectable()
export class ObviousRule implements PasswordRule {
  private readonly host: string;

  constructor(rules: PasswordRules, @Inject(CONFIG) { password, origin }: Config) {
    this.host = new URL(origin).hostname;
    if (password.rules.refuseObvious) rules.add(this);
  }

  refuse(password: string, owner: PasswordOwner): AuthError | undefined {
    const plain = plainText(password);
    const obvious =
      COMMON_PASSWORDS.has(plain) ||
      COMMON_PASSWORDS.has(withoutEnding(plain)) ||
      isRepetition(plain) ||
      isRun(plain) ||
      this.namesOf(owner).some((name) => isPersonal(plain, name));
    return obvious ? badRequest('PASSWORD_COMPROMISED', MESSAGE) : undefined;
  }

  private namesOf({ email, name }: PasswordOwner): string[] {
    const [mailbox = '', domain = ''] = email.split('@');
    const names = [email, mailbox, domain, name, this.host, ...name.split(/\s+/), ...mailbox.split(/[._+-]/)];
    return names.map(plainText).filter((part) => part.length >= SHORTEST_PART);
  }
}

/** Case, spaces and punctuation add little for somebody who guesses. */
const plainText = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');

/** `password123` and `summer2026` are as obvious as `password` and `summer`. */
const withoutEnding = (plain: string): string => plain.replace(/\d{1,4}$/, '');

/** True if the password is the name, with at most four more characters in front or behind. */
const isPersonal = (plain: string, name: string): boolean =>
  plain.includes(name) && plain.length - name.length <= 4;

/** `aaaaaaaa`, `abababab`, `abcabcabc`. */
const isRepetition = (plain: string): boolean => /^(.{1,4})\1+$/u.test(plain);

const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
];

/** `12345678`, `87654321`, `abcdefgh`, `qwertyui`. */
function isRun(plain: string): boolean {
  const backwards = [...plain].toReversed().join('');
  return plain !== '' && ROWS.some((row) => row.includes(plain) || row.includes(backwards));
}
