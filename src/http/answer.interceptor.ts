import {
  Injectable,
  StreamableFile,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { mergeMap, type Observable } from 'rxjs';
import { AnswerWriter } from './answer-writer.js';

/**
 * Sends what a route returns as JSON of type `application/json` without a charset. `null` is JSON too
 * (src/http/protocol.md, "Answers"). A route of an extension may also return a file, or set another type.
 */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  constructor(private readonly writer: AnswerWriter) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    return next.handle().pipe(
      mergeMap(async (answer: unknown) => {
        if (reply.sent || reply.hasHeader('content-type') || answer instanceof StreamableFile) return answer;
        return this.writer.write(request, reply, answer);
      }),
    );
  }
}
