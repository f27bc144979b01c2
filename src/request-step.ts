import type { CanActivate, ExceptionFilter, NestInterceptor, Type } from '@nestjs/common';
import type {
  FastifyInstance,
  FastifyServerOptions,
  onRequestHookHandler,
  onResponseHookHandler,
  onSendHookHandler,
} from 'fastify';
import type { Config } from './config/config.js';
import type { Telemetry } from './telemetry/telemetry.js';
import type { RepeatedAnswers } from './http/repeated/repeated-answers.js';

/** What steps can use before Nest has created the application. */
export interface Beginning {
  readonly config: Config;
  /** Undefined if the session cache is off. Then no answer is sent again from memory. */
  readonly repeated: RepeatedAnswers | undefined;
}

/** What steps can use after Nest has created the application. */
export interface Application extends Beginning {
  readonly server: FastifyInstance;
  readonly get: <T>(type: Type<T>) => T;
  /** Undefined if nothing is sent with OpenTelemetry. */
  readonly telemetry: Telemetry | undefined;
}

interface Step {
  readonly name: string;
  readonly does: string;
}

/** An option of Fastify or Node that handles every request. */
export interface ServerStep extends Step {
  readonly at: 'server';
  readonly options: (beginning: Beginning) => FastifyServerOptions;
}

/** A hook of Fastify. `hook` returns undefined if the settings switch the step off. */
export type HookStep = Step &
  (
    | { readonly at: 'onRequest'; readonly hook: (app: Application) => onRequestHookHandler | undefined }
    | { readonly at: 'onSend'; readonly hook: (app: Application) => onSendHookHandler | undefined }
    | { readonly at: 'onResponse'; readonly hook: (app: Application) => onResponseHookHandler | undefined }
  );

/** The parser of bodies. */
export interface BodyStep extends Step {
  readonly at: 'body';
  readonly install: (server: FastifyInstance, config: Config) => void;
}

/** A step of Nest. */
export type NestStep = Step &
  (
    | { readonly at: 'guard'; readonly type: Type<CanActivate> }
    | { readonly at: 'interceptor'; readonly type: Type<NestInterceptor> }
    | { readonly at: 'filter'; readonly type: Type<ExceptionFilter> }
  );

export type RequestStep = ServerStep | HookStep | BodyStep | NestStep;
