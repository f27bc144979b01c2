import { Inject, Injectable, type LoggerService } from '@nestjs/common';
import { pino, type Logger as Pino } from 'pino';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { LogOutput } from './log-output.js';

/** What is logged of a request: the route's pattern and never the address asked for, whose query may hold a token. */
export interface AnsweredRequest {
  readonly requestId: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly milliseconds: number;
}

/**
 * JSON lines on standard output. Nothing that comes from a client, a cookie or a row is ever handed to it: messages are
 * written in the code, fields are named here, and of an error only its kind and its place are kept.
 */
@Injectable()
export class Logger implements LoggerService {
  private readonly output = new LogOutput();
  private readonly pino: Pino;

  constructor(@Inject(CONFIG) config: Config) {
    this.pino = pino({ level: config.logLevel, base: { service: 'gatehouse' } }, this.output);
  }

  /** May be written a moment later than everything else, with others in one go. */
  answered({ requestId, method, route, status, milliseconds }: AnsweredRequest): void {
    const [level, message] = status >= 500 ? (['error', 'failed'] as const) : (['info', 'answered'] as const);
    if (!this.pino.isLevelEnabled(level)) return;
    // By hand, since a tenth of an answer from the cache would go into it otherwise; there is nothing to escape in it.
    this.output.write(
      `{"level":${pino.levels.values[level]},"time":${Date.now()},"service":"gatehouse","requestId":"${requestId}",` +
        `"method":"${method}","route":${JSON.stringify(route)},"status":${status},"milliseconds":${milliseconds},` +
        `"msg":"request ${message}"}\n`,
    );
  }

  fault(error: unknown, requestId?: string): void {
    this.pino.error({ requestId, error: describeError(error) }, 'unexpected fault');
    this.output.flush();
  }

  /** What the framework says of itself comes with a context and is for those who look for a fault. */
  log(message: string, context?: string): void {
    if (context === undefined) this.pino.info(message);
    else this.pino.debug({ context }, message);
    this.output.flush();
  }

  warn(message: string): void {
    this.pino.warn(message);
    this.output.flush();
  }

  error(message: unknown): void {
    if (message instanceof Error) return this.fault(message);
    this.pino.error(String(message));
    return this.output.flush();
  }

  debug(message: string): void {
    this.pino.debug(message);
  }

  verbose(message: string): void {
    this.pino.trace(message);
  }
}

interface ErrorDescription {
  readonly kind: string;
  /** SQLSTATE or Node's own code. */
  readonly code?: string;
  readonly constraint?: string;
  readonly message?: string;
  readonly at: string[];
}

/**
 * A database error quotes rows and parameters in its message, and a JSON parser the text it could not read, so these
 * messages are not kept; the stack is kept without its first lines, which repeat the message.
 */
export function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error)) return { kind: typeof error, at: [] };
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  const at = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const quotes = 'severity' in error || 'driverError' in error || error instanceof SyntaxError;
  return {
    kind: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof constraint === 'string' ? { constraint } : {}),
    ...(quotes ? {} : { message: error.message }),
    at: at.map((line) => line.trim()),
  };
}
