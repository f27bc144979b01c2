import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { SessionDataCookie } from '../../cookies/session-data-cookie.js';
import { SessionReader, type ReadSession } from '../cache/session-reader.js';
import type { NamedSession } from '../credentials.js';
import { identityOf } from '../session-data.js';
import type { Identity } from '../session.js';
import type { IdentifiedSession } from './identify.js';
import type { SessionQuestion } from './session-question.js';

/** Second step: reads the session that the request names. */
@Injectable()
export class LookUp {
  constructor(
    private readonly reader: SessionReader,
    private readonly dataCookie: SessionDataCookie,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Reads the session from the session data cookie, without the database. */
  async inDataCookie(
    { jar, disableCookieCache, disableRefresh }: SessionQuestion,
    { key, cookies, remember }: IdentifiedSession,
  ): Promise<Identity | undefined> {
    if (cookies !== 'keeps' || !('token' in key) || disableCookieCache) return undefined;
    const mayRefresh = remember && !disableRefresh;
    const data = await this.dataCookie.read(jar, key.token, { remember, mayRefresh });
    return data && identityOf(data, this.config);
  }

  /**
   * Reads the stored session from the session cache or the database, even if it has expired.
   * @param sensitive true to read the database only.
   */
  async stored({ key, userId }: NamedSession, sensitive: boolean): Promise<ReadSession | undefined> {
    const found = await (sensitive ? this.reader.readDatabase(key) : this.reader.read(key));
    return userId === undefined || found?.session.userId === userId ? found : undefined;
  }
}
