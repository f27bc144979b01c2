import { startProxy, type Proxy } from './proxy.js';

/** A proxy that can stop forwarding without closing connections, like a failing network. */
export interface BreakableProxy extends Proxy {
  /** Holds back all data in both directions. */
  silence(): void;
  /** Forwards the data that was held back, and forwards normally again. */
  resume(): void;
  /** Closes all open connections. */
  cut(): void;
  /** Holds back all data of the open connections for ever, as a firewall does that forgot them. New connections work. */
  lose(): void;
}

export async function startBreakableProxy(database: string): Promise<BreakableProxy> {
  let silent = false;
  const proxy = await startProxy(database, (near, far) => {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (chunk: Buffer) => to.write(chunk)).on('close', () => to.destroy());
      if (silent) from.pause();
    }
  });
  return {
    ...proxy,
    silence() {
      silent = true;
      for (const socket of proxy.sockets) socket.pause();
    },
    resume() {
      silent = false;
      for (const socket of proxy.sockets) socket.resume();
    },
    lose() {
      for (const socket of proxy.sockets) socket.pause();
    },
    cut() {
      for (const socket of proxy.sockets) socket.destroy();
    },
  };
}
