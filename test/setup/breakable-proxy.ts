import { startProxy, type Proxy } from './proxy.js';

/** Can go silent without closing anything, as a failing network does. */
export interface BreakableProxy extends Proxy {
  /** Nothing comes through in either direction, and nothing is lost. */
  silence(): void;
  /** What was held up goes on its way. */
  resume(): void;
  /** Breaks the connections there are. */
  cut(): void;
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
    cut() {
      for (const socket of proxy.sockets) socket.destroy();
    },
  };
}
