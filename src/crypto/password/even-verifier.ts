import { parseBcryptSha256 } from './bcrypt-sha256.js';
import { parseBcrypt, madeUpBcrypt } from './bcrypt.js';
import { dummyHash } from './dummy-hash.js';
import { formatOf, parseHash } from './formats.js';
import type { HashSecrets } from './formats/format.js';
import { needsRehash, verifyPassword, type PasswordSettings } from './password-hasher.js';

/** The lowest cost of bcrypt, 16 rounds: about 1 ms. Smaller differences are ignored. */
const LOWEST_COST = 4;
/** The cost of the bcrypt hash that measures the speed of this machine at the start. */
const SPEED_COST = 9;
/** How much one measurement changes an estimate. */
const WEIGHT = 0.2;
/** Kinds of stored hashes whose cost is remembered. */
const MOST_KINDS = 64;
/** Milliseconds. A refused password is never delayed by more. */
const LONGEST_PAUSE = 5000;

export interface Comparison {
  /** The index of the hash that the password matches. Undefined if it matches none. */
  readonly match: number | undefined;
  /** Milliseconds that the caller should wait before it refuses the password. */
  readonly pause: number;
  /** Work done for this comparison, in rounds of bcrypt. */
  readonly rounds: number;
}

/**
 * Compares passwords with stored hashes, and makes every refusal cost the same. Legacy hashes have other formats and
 * costs than new ones. Without this, the time of a refusal would reveal which addresses have an account.
 *
 * A refusal computes at least as much as for an unknown user. If hashes of a higher cost are stored, it also pauses until
 * the costliest of them would be done. All costs are counted in rounds of bcrypt.
 */
export class EvenVerifier {
  readonly #settings: PasswordSettings;
  readonly #secrets: HashSecrets;
  /** Rounds by kind of hash. Those of bcrypt are exact, the others are estimates. */
  readonly #kinds = new Map<string, number>();
  #dummyRounds = 0;
  /** Milliseconds for one round of bcrypt, as fast as this machine was lately. */
  #pace = 0;

  constructor(settings: PasswordSettings, secrets: HashSecrets = {}) {
    this.#settings = settings;
    this.#secrets = secrets;
  }

  /** Measures the speed of this machine and the dummy hash. */
  async start(): Promise<void> {
    const speed = madeUpBcrypt(SPEED_COST);
    this.#notePace(await this.#timed(speed, 'a'), 2 ** SPEED_COST);
    const dummy = await dummyHash(this.#settings);
    const { hash, bcryptCost, functions } = this.#settings;
    this.#dummyRounds =
      hash === 'bcrypt' && !functions
        ? 2 ** bcryptCost
        : Math.round((await this.#timed(dummy, 'a')) / this.#pace);
  }

  /** Learns the cost of a stored hash. */
  async learn(stored: string): Promise<void> {
    const cost = this.#costOf(stored);
    if (cost !== undefined) this.#remember(stored, 2 ** cost);
    else if (this.#settings.functions?.verify ?? parseHash(stored))
      this.#measured(stored, await this.#timed(stored, 'a'));
  }

  /**
   * @param stored the hashes to try, in this order. With none, a dummy hash is computed.
   * @throws what the function of the team throws for a hash of its own format.
   */
  async compare(stored: readonly string[], password: string): Promise<Comparison> {
    const dummy = await dummyHash(this.#settings);
    const hashes = stored.length > 0 ? stored : [dummy];
    let rounds = 0;
    for (const [index, hash] of hashes.entries()) {
      const start = performance.now();
      const matches = await this.#verify(hash, password, dummy);
      rounds += this.#roundsOf(hash, performance.now() - start, this.#repetitions(hash, password));
      if (matches) return { match: index, pause: 0, rounds };
    }
    const repetitions = this.#repetitions(dummy, password);
    rounds += await this.#spend(this.#dummyRounds * repetitions - rounds);
    const missing = Math.max(0, this.#mostRounds * repetitions - rounds);
    const pause = Math.min(LONGEST_PAUSE, missing * this.#pace);
    return { match: undefined, pause, rounds };
  }

  get #mostRounds(): number {
    return Math.max(this.#dummyRounds, ...this.#kinds.values());
  }

  /** How often the hash function is computed for this hash: for each form of the password, and with and without pepper. */
  #repetitions(hash: string, password: string): number {
    if (this.#settings.functions?.verify) return 1;
    return (parseHash(hash)?.derivations(this.#secrets).length ?? 0) * formsOf(password);
  }

  #roundsOf(hash: string, milliseconds: number, repetitions: number): number {
    if (repetitions === 0) return 0;
    const cost = this.#costOf(hash);
    if (cost !== undefined) {
      this.#notePace(milliseconds, 2 ** cost * repetitions);
      this.#remember(hash, 2 ** cost);
      return 2 ** cost * repetitions;
    }
    if (this.#isAsNew(hash)) return this.#dummyRounds * repetitions;
    return this.#measured(hash, milliseconds / repetitions) * repetitions;
  }

  /** True if the hash costs as much as a new one. */
  #isAsNew(hash: string): boolean {
    const { hash: configured, functions } = this.#settings;
    return configured !== 'bcrypt' && !functions && !needsRehash(hash, 'a', this.#settings);
  }

  /** Undefined if only measuring tells, because a function of the team verifies the hash too. */
  #costOf(hash: string): number | undefined {
    return this.#settings.functions?.verify ? undefined : costOf(hash);
  }

  /**
   * Asks the function of the team first. It alone decides about hashes of its own format. One of another known format is
   * verified as without the function, because the function may not know the formats of legacy applications.
   */
  async #verify(stored: string, password: string, dummy: string): Promise<boolean> {
    const { functions } = this.#settings;
    const isOwn = formatOf(stored) === formatOf(dummy);
    if (functions?.verify) {
      try {
        const isRight = await functions.verify({ hash: stored, password });
        if (isRight || isOwn) return isRight;
      } catch (error) {
        if (isOwn) throw error;
      }
    }
    return verifyPassword(stored, password, this.#secrets);
  }

  #measured(hash: string, milliseconds: number): number {
    const seen = milliseconds / this.#pace;
    const known = this.#kinds.get(kindOf(hash));
    const rounds = known === undefined ? seen : known + (seen - known) * WEIGHT;
    this.#remember(hash, rounds);
    return rounds;
  }

  #remember(hash: string, rounds: number): void {
    const kind = kindOf(hash);
    if (this.#kinds.has(kind) || this.#kinds.size < MOST_KINDS) this.#kinds.set(kind, rounds);
  }

  /** Computes bcrypt hashes of about this many rounds. Returns the rounds computed. */
  async #spend(rounds: number): Promise<number> {
    let spent = 0;
    for (let cost = Math.floor(Math.log2(rounds)); cost >= LOWEST_COST; cost--) {
      if (rounds - spent < 2 ** cost) continue;
      this.#notePace(await this.#timed(madeUpBcrypt(cost), 'a'), 2 ** cost);
      spent += 2 ** cost;
    }
    return spent;
  }

  /** Short hashes say little about the speed, because waiting for a thread takes most of their time. */
  #notePace(milliseconds: number, rounds: number): void {
    if (rounds < 2 ** SPEED_COST) return;
    const seen = milliseconds / rounds;
    this.#pace = this.#pace === 0 ? seen : this.#pace + (seen - this.#pace) * WEIGHT;
  }

  async #timed(hash: string, password: string): Promise<number> {
    const start = performance.now();
    await this.#verify(hash, password, hash).catch(() => false);
    return performance.now() - start;
  }
}

/** `verifyPassword` tries both forms of a password that NFKC changes. */
const formsOf = (password: string): number => (password.normalize('NFKC') === password ? 1 : 2);

const costOf = (hash: string): number | undefined => (parseBcrypt(hash) ?? parseBcryptSha256(hash))?.cost;

/** Format and parameters without salt and digest, such as `$2b$12` or `pbkdf2_sha256$600000`. */
const kindOf = (hash: string): string =>
  parseBcrypt(hash) ? hash.slice(0, 6) : hash.split('$').slice(0, -2).join('$');
