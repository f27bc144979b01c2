import { Injectable } from '@nestjs/common';
import type { AddedHeader } from '../http/added-headers.js';
import type { AuthContext } from './auth-context.js';

/** Adds a header to the answers of get-session that name a session. */
export interface SessionHeader {
  /** Returns undefined if there is nothing to add. */
  of(auth: AuthContext): Promise<AddedHeader | undefined>;
}

/** The headers that features add to get-session. A feature adds its own when its module starts. */
@Injectable()
export class SessionHeaders {
  private readonly headers: SessionHeader[] = [];

  add(header: SessionHeader): void {
    this.headers.push(header);
  }

  async of(auth: AuthContext): Promise<AddedHeader[]> {
    const added: AddedHeader[] = [];
    for (const header of this.headers) {
      const value = await header.of(auth);
      if (value) added.push(value);
    }
    return added;
  }
}
