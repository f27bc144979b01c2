import { Injectable } from '@nestjs/common';
import type { AuthContext } from '@better-auth/core';
import { PasswordCheck } from '../../accounts/password-check.js';
import type { PasswordAttempt } from '../../accounts/password-gates.js';
import { Passwords } from '../../accounts/passwords.js';
import { PasswordRules } from '../../accounts/password-rules.js';
import { hostedCalls, type HostedCall } from './hosted-call.js';
import type { Library } from './library.js';
import { asAnswer, inLibrary } from './thrown-error.js';

type Owner = NonNullable<PasswordAttempt['owner']>;
type FindAccount = AuthContext['internalAdapter']['findCredentialAccount'];

/** Routes of plugins that answer an unknown name like a wrong password, and the field that has the name. */
const SIGN_IN_NAMES: Readonly<Record<string, string>> = {
  '/sign-in/username': 'username',
  '/sign-in/phone-number': 'phoneNumber',
};

/** Passwords of routes that plugins define. They pass the same gates as those of this server's own routes. */
@Injectable()
export class HostPasswords {
  /** The owners of the hashes that a request has looked up, by hash. */
  private readonly owners = new WeakMap<object, Map<string, Owner>>();
  /** The hash that the password of each request matched. */
  private readonly matched = new WeakMap<object, string>();
  /** The requests whose password a plugin is checking now. This server's own routes hash it themselves afterwards. */
  private readonly checking = new WeakSet<object>();
  /** The requests for which a hash was computed. */
  private readonly hashed = new WeakSet<object>();
  private findAccount: FindAccount = () => Promise.resolve(null);

  constructor(
    private readonly check: PasswordCheck,
    private readonly passwords: Passwords,
    private readonly rules: PasswordRules,
  ) {}

  /** Notes whose password a plugin is about to compare, because the library only hands over the hash. */
  watch({ internalAdapter }: AuthContext): void {
    const find = internalAdapter.findCredentialAccount.bind(internalAdapter);
    this.findAccount = find;
    internalAdapter.findCredentialAccount = async (userId) => {
      const account = await find(userId);
      const call = hostedCalls.getStore();
      if (call && account?.password) {
        const owner = await internalAdapter.findUserById(userId);
        const known = this.owners.get(call) ?? new Map<string, Owner>();
        if (owner) this.owners.set(call, known.set(account.password, owner));
      }
      return account;
    };
  }

  /** @throws an error of the library if a gate refuses the attempt, or if the hash queue is full. */
  async verify(library: Library, stored: string, password: string): Promise<boolean> {
    const call = hostedCalls.getStore();
    const owner = call && this.owners.get(call)?.get(stored);
    if (call) this.hashed.add(call);
    return inLibrary(library, async () => {
      if (!call || !owner) return (await this.passwords.compare([stored], password)) !== undefined;
      const attempt = { address: owner.email, owner, client: call.request.client };
      const isRight = (await this.check.find(attempt, [{ hash: stored }], password)) !== undefined;
      if (isRight) this.matched.set(call, stored);
      return isRight;
    });
  }

  /** False if the password that this request proved was replaced meanwhile. Ask before a session of the user begins. */
  async isStillRight(userId: string): Promise<boolean> {
    const matched = this.matched.get(hostedCalls.getStore() ?? this);
    return matched === undefined || (await this.findAccount(userId))?.password === matched;
  }

  /**
   * Hashes a new password. Plugins also hash the password of an unknown name, so that it costs as much as a wrong password;
   * then the attempt counts as one.
   * @throws an error of the library if a gate refuses the attempt, or if the hash queue is full.
   */
  async hash(library: Library, password: string): Promise<string> {
    const call = hostedCalls.getStore();
    if (call && this.checking.has(call)) return '';
    const unknown = attemptOf(call);
    return inLibrary(library, async () => {
      if (!unknown) return this.passwords.hashOfAny(password);
      await this.refuse(unknown, password);
      return '';
    });
  }

  /**
   * Lets plugins check a new password of one of this server's own routes.
   * @param hash the function of the library's context, which plugins have replaced. It throws if one refuses the password.
   */
  addRule(hash: (password: string) => Promise<string>): void {
    this.rules.add({
      refuse: async (password) => {
        const call = hostedCalls.getStore();
        if (!call) return undefined;
        this.checking.add(call);
        try {
          await hash(password);
          return undefined;
        } catch (error) {
          throw asAnswer(error);
        } finally {
          this.checking.delete(call);
        }
      },
    });
  }

  /**
   * Call this before a sign-in is refused. If the plugin refused it without a hash, because nobody has the name or its
   * owner has no password, the attempt costs one and counts now.
   * @throws {AuthError} if a gate refuses the attempt, or if the hash queue is full.
   */
  async evenOut(call: HostedCall): Promise<void> {
    const attempt = attemptOf(call);
    if (attempt && !this.hashed.has(call)) await this.refuse(attempt, attempt.password);
  }

  private async refuse({ call, name }: Attempt, password: string): Promise<void> {
    this.hashed.add(call);
    await this.check.find({ address: name, owner: undefined, client: call.request.client }, [], password);
  }
}

/** The name and the password with which a client tries to sign in. */
interface Attempt {
  readonly call: HostedCall;
  readonly name: string;
  readonly password: string;
}

/** @returns undefined if the route is none of `SIGN_IN_NAMES`. */
function attemptOf(call: HostedCall | undefined): Attempt | undefined {
  if (!call || call.native) return undefined;
  const { request } = call;
  const field = SIGN_IN_NAMES[`/${request.client.route}`];
  if (field === undefined || typeof request.body !== 'string') return undefined;
  const { [field]: name, password } = JSON.parse(request.body) as Record<string, unknown>;
  return { call, name: String(name), password: String(password) };
}
