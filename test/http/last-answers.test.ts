import { Agent, request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { startGatehouse } from '../setup/gatehouse.js';

test('a stopping server answers a running request and then closes its connection', async () => {
  const gatehouse = await startGatehouse({ PASSWORD_BCRYPT_COST: '14' });
  // Without `Connection: close` this agent would keep the connection open.
  const agent = new Agent({ keepAlive: true });
  const { origin } = gatehouse;
  const asking = request(`${origin}/api/auth/sign-in/email`, {
    agent,
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
  });
  asking.end(JSON.stringify({ email: 'nobody@example.com', password: 'takes a moment' }));
  await once(asking, 'finish');
  await new Promise((resolve) => setTimeout(resolve, 300));
  const stopped = gatehouse.stop();
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  answer.resume();
  expect(answer.statusCode).toBe(401);
  expect(answer.headers.connection).toBe('close');
  await stopped;
  agent.destroy();
});
