import { setTimeout as sleep } from 'node:timers/promises';
import { BrowserLikeClient, type Answer } from '../setup/browser-like-client.js';
import type { TestDatabase } from '../setup/database.js';

/** Milliseconds after which every copy must know a committed change (src/sessions/cache/README.md). */
const KNOWN_AFTER = 100;

/** A copy was killed while it answered. The visitor cannot know what happened to the request. */
export class RequestCut extends Error {
  override readonly name = 'RequestCut';
}

let visitors = 0;
let requests = 0;

/** Somebody who uses the API through the proxy, and knows what each answer must be. */
export class Visitor {
  private readonly email = `visitor${++visitors}@example.com`;
  private password = 'correct horse battery';
  private name = 'Ada';
  private devices: BrowserLikeClient[] = [];

  constructor(
    private readonly origin: string,
    private readonly database: TestDatabase,
    /** A number from 0 to 1. */
    private readonly random: () => number,
  ) {}

  static get requests(): number {
    return requests;
  }

  async signUp(): Promise<void> {
    const device = new BrowserLikeClient(this.origin);
    const { email, password, name } = this;
    await this.send(device, 'sign-up/email', { email, password, name }, 200);
    this.devices = [device];
  }

  /** Does one thing at random, and checks its effect through all copies. */
  async act(): Promise<void> {
    const acts = [
      () => this.look(),
      () => this.look(),
      () => this.rename(),
      () => this.signInAgain(),
      () => this.mistype(),
      () => this.changePassword(),
      () => this.endOthers(),
      () => this.signOut(),
    ];
    await acts[Math.floor(this.random() * acts.length)]!();
    await this.check();
  }

  /** After this the visitor is of no use. */
  async getBanned(): Promise<void> {
    await this.database.query('update users set banned = true, updated_at = now() where email = $1', [
      this.email,
    ]);
    await sleep(KNOWN_AFTER);
    for (const device of this.devices) expect(await this.sessionOf(device)).toBeNull();
    const { email, password } = this;
    await this.send(new BrowserLikeClient(this.origin), 'sign-in/email', { email, password }, 403);
  }

  private async look(): Promise<void> {
    const list = await this.send(this.device, 'list-sessions', undefined, 200);
    expect(list.json<unknown[]>()).toHaveLength(this.devices.length);
  }

  private async rename(): Promise<void> {
    this.name = `Ada ${Math.floor(this.random() * 1e6)}`;
    await this.send(this.device, 'update-user', { name: this.name }, 200);
  }

  private async signInAgain(): Promise<void> {
    const device = new BrowserLikeClient(this.origin);
    const { email, password } = this;
    await this.send(device, 'sign-in/email', { email, password }, 200);
    this.devices.push(device);
  }

  private async mistype(): Promise<void> {
    const device = new BrowserLikeClient(this.origin);
    await this.send(device, 'sign-in/email', { email: this.email, password: 'wrong password' }, 401);
  }

  private async changePassword(): Promise<void> {
    const newPassword = `correct horse ${Math.floor(this.random() * 1e6)}`;
    const change = { currentPassword: this.password, newPassword, revokeOtherSessions: true };
    const device = this.device;
    await this.send(device, 'change-password', change, 200);
    this.password = newPassword;
    await this.expectEnded(this.devices.filter((other) => other !== device));
    this.devices = [device];
  }

  private async endOthers(): Promise<void> {
    const device = this.device;
    await this.send(device, 'revoke-other-sessions', {}, 200);
    await this.expectEnded(this.devices.filter((other) => other !== device));
    this.devices = [device];
  }

  private async signOut(): Promise<void> {
    const device = this.device;
    // The browser forgets its cookies, so the check needs a copy of them.
    const thief = new BrowserLikeClient(this.origin, true, new Map(device.cookies));
    await this.send(device, 'sign-out', {}, 200);
    await this.expectEnded([thief]);
    this.devices = this.devices.filter((other) => other !== device);
    if (this.devices.length === 0) await this.signInAgain();
  }

  private async expectEnded(devices: readonly BrowserLikeClient[]): Promise<void> {
    await sleep(KNOWN_AFTER);
    for (const device of devices) expect(await this.sessionOf(device)).toBeNull();
  }

  private async check(): Promise<void> {
    await sleep(KNOWN_AFTER);
    for (const device of this.devices) {
      expect(await this.sessionOf(device)).toMatchObject({ user: { email: this.email, name: this.name } });
    }
  }

  private get device(): BrowserLikeClient {
    return this.devices[Math.floor(this.random() * this.devices.length)]!;
  }

  private async sessionOf(device: BrowserLikeClient): Promise<unknown> {
    return (await this.send(device, 'get-session', undefined, 200)).json();
  }

  /** Each request comes from an address of its own, so that no limit refuses it. */
  private async send(
    device: BrowserLikeClient,
    path: string,
    body: unknown,
    status: number,
  ): Promise<Answer> {
    const n = ++requests;
    const address = `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
    const headers = { 'x-forwarded-for': address };
    const answer = await device.call(`/api/auth/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      body,
      headers,
    });
    if (answer.status === 502) throw new RequestCut();
    expect([path, answer.status, answer.text]).toEqual([path, status, expect.anything()]);
    return answer;
  }
}
