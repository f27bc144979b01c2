import type { FastifyReply } from 'fastify';

/** Lets scripts of another origin read one more header of the answer (Fetch Standard §3.3.2). */
export function exposeHeader(reply: FastifyReply, name: string): void {
  const current = reply.getHeader('access-control-expose-headers');
  const names = typeof current === 'string' ? current.split(', ') : [];
  if (!names.includes(name)) void reply.header('access-control-expose-headers', [...names, name].join(', '));
}
