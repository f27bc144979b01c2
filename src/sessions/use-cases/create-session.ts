import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { EntityManager } from 'typeorm';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { randomToken } from '../../crypto/random.js';
import { RowIds } from '../../database/row-ids.js';
import { defaultValues, returnedValues } from '../../additional-fields/additional-input.js';
import { clientIp } from '../../http/client-ip.js';
import { SessionsStore } from '../sessions.store.js';
import type { Session } from '../session.js';

/** Seconds a session lasts that is to end with the browser. */
const NOT_REMEMBERED = 86_400;

/** A new session, always: signing in neither ends nor takes over another one (protocol.md §3). */
@Injectable()
export class CreateSession {
  constructor(
    private readonly sessions: SessionsStore,
    private readonly ids: RowIds,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @param signedInAt when they proved who they are, if not now. */
  async execute(
    userId: string,
    request: FastifyRequest,
    remember: boolean,
    manager?: EntityManager,
    signedInAt?: Date,
  ): Promise<Session> {
    const now = new Date();
    const life = remember ? this.config.session.expiresIn : NOT_REMEMBERED;
    const session = {
      id: await this.ids.next('sessions'),
      userId,
      token: randomToken(32),
      expiresAt: new Date(now.getTime() + life * 1000),
      ipAddress: clientIp(request.headers, this.config.advanced.ipAddress, this.config.nodeEnv),
      userAgent: request.headers['user-agent'] ?? '',
      createdAt: signedInAt ?? now,
      updatedAt: now,
    };
    const fields = this.config.session.additionalFields;
    const defaults = defaultValues(fields);
    await this.sessions.add({ ...session, additional: defaults }, manager);
    return { ...session, additional: returnedValues(fields, ({ name }) => defaults[name]) };
  }
}
