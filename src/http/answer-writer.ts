import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { cookieSettings } from '../config/cookie-settings.js';
import { AccountCookie } from '../cookies/account-cookie.js';
import {
  declaredCookie,
  expiredDeclaredCookie,
  type SessionCookieSettings,
} from '../cookies/session-cookies.js';
import { SessionCookieWriter } from '../cookies/session-cookie-writer.js';
import { Answer, Redirect, type AnswerParts, type KeptSession } from './answer.js';
import { asJson, jsonAnswer } from './json-answer.js';
import { badRequest } from '../errors/auth-error.js';
import { LONGEST_HEADER } from './longest-header.js';
import { locationOf, WITHOUT_REFERRER } from './location.js';
import { jarOf } from './request-cookies.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The session whose cookies the answer sets. */
    startedSession?: KeptSession | undefined;
  }
}

/** Turns what a route returns into cookies, headers and the text of the body. */
@Injectable()
export class AnswerWriter {
  private readonly settings: SessionCookieSettings;

  constructor(
    private readonly session: SessionCookieWriter,
    private readonly account: AccountCookie,
    @Inject(CONFIG) config: Config,
  ) {
    this.settings = cookieSettings(config);
  }

  /** @returns the text of the body. */
  async write(request: FastifyRequest, reply: FastifyReply, answer: unknown): Promise<unknown> {
    if (answer instanceof Redirect) {
      await this.writeParts(request, reply, answer.parts);
      const location = locationOf(answer.target);
      if (location.length > LONGEST_HEADER)
        throw badRequest('VALIDATION_ERROR', 'The redirect target is too long');
      request.redirects = true;
      void reply.headers({ location, ...WITHOUT_REFERRER });
      asJson(reply);
      return '';
    }
    if (!(answer instanceof Answer)) return jsonAnswer(reply, answer);
    await this.writeParts(request, reply, answer.parts);
    return jsonAnswer(reply, answer.body);
  }

  /** Sets the cookies in the same order as Better Auth. */
  async writeParts(request: FastifyRequest, reply: FastifyReply, parts: AnswerParts): Promise<void> {
    const jar = jarOf(request);
    const { cookies = [], signedOut, account, signedIn, location, headers = [], repeatable } = parts;
    for (const { cookie, value } of cookies) {
      if (value === undefined) jar.expire([expiredDeclaredCookie(this.settings, cookie)]);
      else jar.set([declaredCookie(this.settings, cookie, value)]);
    }
    if (signedOut) this.session.expire(jar);
    if (account) await this.account.write(jar, account);
    if (signedIn) await this.session.write(jar, signedIn, signedIn.remember);
    request.startedSession = signedIn;
    // The body has the URL too.
    if (location && locationOf(location).length <= LONGEST_HEADER)
      void reply.header('location', locationOf(location));
    for (const { name, value } of headers) void reply.header(name, value);
    if (repeatable) request.repeatable = { answer: repeatable, added: headers };
  }
}
