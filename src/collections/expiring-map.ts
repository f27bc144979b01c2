interface Entry<Value> {
  readonly value: Value;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** A map with a maximum size. If it is full, the entry that was set longest ago is removed. */
export class ExpiringMap<Value> {
  private readonly entries = new Map<string, Entry<Value>>();

  /** @param capacity largest number of entries. */
  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.entries.size;
  }

  /** @param now milliseconds since 1970. */
  get(key: string, now: number): Value | undefined {
    const entry = this.entries.get(key);
    return entry && now < entry.expiresAt ? entry.value : undefined;
  }

  /**
   * @param expiresAt milliseconds since 1970.
   * @param now milliseconds since 1970.
   */
  set(key: string, value: Value, expiresAt: number, now: number): void {
    this.entries.delete(key);
    this.entries.set(key, { value, expiresAt });
    this.shrink(now);
  }

  /** Removes the oldest entries and at most 2 expired ones, so that no single call pays for a large clean-up. */
  private shrink(now: number): void {
    let looked = 0;
    for (const [key, { expiresAt }] of this.entries) {
      if (this.entries.size <= this.capacity && (now < expiresAt || looked === 2)) return;
      this.entries.delete(key);
      looked += 1;
    }
  }
}
