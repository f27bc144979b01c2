import { Agent, request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { startGatehouse } from '../setup/gatehouse.js';
import { metric } from '../setup/metrics.js';

test('a stopping server answers a running request and then closes its connection', async () => {
  const gatehouse = await startGatehouse({
    PASSWORD_BCRYPT_COST: '14',
    REQUEST_DEADLINE: '60',
    SHUTDOWN_TIMEOUT: '60',
  });
  // Without `Connection: close` this agent would keep the connection open.
  const agent = new Agent({ keepAlive: true });
  const { origin } = gatehouse;
  const asking = request(`${origin}/api/auth/sign-in/email`, {
    agent,
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
  });
  asking.end(JSON.stringify({ email: 'nobody@example.com', password: 'takes a moment' }));
  while ((await metric(gatehouse, 'gatehouse_password_hashes_running')) === 0);
  const stopped = gatehouse.stop();
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  answer.resume();
  expect(answer.statusCode).toBe(401);
  expect(answer.headers.connection).toBe('close');
  await stopped;
  agent.destroy();
});
