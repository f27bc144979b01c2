import { Inject, Injectable, type LoggerService } from '@nestjs/common';
import { pino, type Logger as Pino } from 'pino';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { unavailability } from '../errors/unavailable.js';
import { LogOutput } from './log-output.js';

type Level = 'debug' | 'info' | 'warn' | 'error';
type LogFunction = (level: Level, message: string, ...fields: object[]) => unknown;

/** Log fields of a request. Has the route's pattern instead of the URL, because the query may contain a token. */
export interface AnsweredRequest {
  readonly requestId: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly traceId: string | undefined;
}

/**
 * Writes JSON lines to standard output. Never gets data from a client, a cookie or a row: messages are constants, the
 * fields are listed here, and of an error only its kind and its place are logged.
 */
@Injectable()
export class Logger implements LoggerService {
  private readonly output = new LogOutput();
  private readonly pino: Pino;
  /** Better Auth's `logger.log`. */
  private readonly ownLog: LogFunction | undefined;

  constructor(@Inject(CONFIG) config: Config) {
    this.ownLog = config.functions.logger?.log;
    this.pino = pino({ level: config.logLevel, base: { service: 'gatehouse' } }, this.output);
  }

  /** Logs an answer. The line may wait up to 10 ms, so it may come after lines that were logged later. */
  answered({ requestId, method, route, status, milliseconds, traceId }: AnsweredRequest): void {
    const [level, message] = status >= 500 ? (['error', 'failed'] as const) : (['info', 'answered'] as const);
    if (!this.pino.isLevelEnabled(level)) return;
    // Builds the JSON by hand, because pino would take a tenth of the time of a cached answer. No other value needs
    // escaping.
    this.output.write(
      `{"level":${pino.levels.values[level]},"time":${Date.now()},"service":"gatehouse","requestId":"${requestId}",` +
        `${traceId === undefined ? '' : `"trace_id":"${traceId}",`}"method":"${method}","route":${JSON.stringify(route)},"status":${status},"milliseconds":${milliseconds},` +
        `"msg":"request ${message}"}\n`,
    );
  }

  /** Logs the reason if the database is unavailable, and otherwise what happened and where. */
  fault(error: unknown, requestId?: string, traceId?: string): void {
    const reason = unavailability(error);
    const request = { requestId, trace_id: traceId };
    if (reason === undefined)
      this.write('error', 'unexpected fault', { ...request, error: describeError(error) });
    else this.write('error', 'unavailable', { ...request, reason });
    this.output.flush();
  }

  /** Messages with a context come from the framework and are logged at level debug. */
  log(message: string, context?: string): void {
    if (context === undefined) this.write('info', message);
    else this.write('debug', message, { context });
    this.output.flush();
  }

  warn(message: string): void {
    this.write('warn', message);
    this.output.flush();
  }

  error(message: unknown): void {
    if (message instanceof Error) return this.fault(message);
    this.write('error', String(message));
    return this.output.flush();
  }

  debug(message: string): void {
    this.write('debug', message);
  }

  verbose(message: string): void {
    this.pino.trace(message);
  }

  private write(level: Level, message: string, fields?: object): void {
    this.pino[level](fields ?? {}, message);
    if (this.ownLog && this.pino.isLevelEnabled(level)) void this.tell(this.ownLog, level, message, fields);
  }

  /** The function of a module gets what the log has, after it was written. */
  private async tell(log: LogFunction, level: Level, message: string, fields?: object): Promise<void> {
    try {
      await log(level, message, ...(fields ? [fields] : []));
    } catch (error) {
      this.pino.error({ error: describeError(error) }, 'logger.log in the module of PLUGINS failed');
    }
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
 * Drops the messages of database errors, which quote rows and parameters, and of JSON parsers, which quote their input.
 * Keeps the stack without its first lines, because they repeat the message.
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
