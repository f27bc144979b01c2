import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { map, type Observable } from 'rxjs';
import { jsonAnswer } from './json-answer.js';

/** Answers are JSON text of type `application/json`, without a charset and `null` included (protocol.md §1.1). */
@Injectable()
export class JsonInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      map((answer: unknown) => {
        if (reply.sent || reply.hasHeader('content-type')) return answer;
        return jsonAnswer(reply, answer);
      }),
    );
  }
}
