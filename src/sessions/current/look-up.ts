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

/** Second step: what is known of the session that the request names? */
@Injectable()
export class LookUp {
  constructor(
    private readonly reader: SessionReader,
    private readonly dataCookie: SessionDataCookie,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** The session as the session data cookie describes it, without a question to the database. */
  async inDataCookie(
    { jar, disableCookieCache }: SessionQuestion,
    { key, cookies, remember }: IdentifiedSession,
  ): Promise<Identity | undefined> {
    if (cookies !== 'keeps' || !('token' in key) || disableCookieCache) return undefined;
    const data = await this.dataCookie.read(jar, key.token, remember);
    return data && identityOf(data, this.config);
  }

  /**
   * The session as it is stored, expired or not, out of the session cache or the database.
   * @param sensitive true: out of the database only.
   */
  async stored({ key, userId }: NamedSession, sensitive: boolean): Promise<ReadSession | undefined> {
    const found = await (sensitive ? this.reader.readDatabase(key) : this.reader.read(key));
    return userId === undefined || found?.session.userId === userId ? found : undefined;
  }
}
