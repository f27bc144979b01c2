import { Injectable } from '@nestjs/common';
import type { CookieJar } from '../cookies/cookie-jar.js';

/** A header that a feature adds to an answer. Scripts of other origins may read it. */
export interface AddedHeader {
  readonly name: string;
  readonly value: string;
  /** Milliseconds since 1970. Until then the header may be sent again. If undefined, the answer is never sent again. */
  readonly until?: number;
}

/** @returns the header for an answer that sets these cookies, or undefined. */
export type HeaderOfCookies = (jar: CookieJar) => AddedHeader | undefined;

/** Headers that features add to answers. A feature registers its own when its module starts. */
@Injectable()
export class AddedHeaders {
  private readonly declared: string[] = [];
  private readonly sources: HeaderOfCookies[] = [];

  /** Every header that a feature may add. */
  get names(): readonly string[] {
    return this.declared;
  }

  declare(name: string): void {
    this.declared.push(name);
  }

  /** Adds the header to all answers that set the cookies it comes from. */
  add(name: string, source: HeaderOfCookies): void {
    this.declare(name);
    this.sources.push(source);
  }

  of(jar: CookieJar): AddedHeader[] {
    return this.sources.flatMap((source) => source(jar) ?? []);
  }
}
