import { startProxy, type Proxy } from './proxy.js';

/** Hears which statements are run. */
export interface StatementListener extends Proxy {
  /** Names of prepared statements, in the order in which they were run; the text of those that are not. */
  readonly run: string[];
}

export async function listenToStatements(database: string): Promise<StatementListener> {
  const run: string[] = [];
  const proxy = await startProxy(database, (near, far) => {
    near.on('data', messageReader(run));
    near.pipe(far).pipe(near);
  });
  return { ...proxy, run };
}

/** What a client sends (PostgreSQL's documentation, §55.7): a start without a type, then messages of a type and a length. */
function messageReader(run: string[]): (chunk: Buffer) => void {
  let waiting = Buffer.alloc(0);
  let started = false;
  return (chunk) => {
    waiting = Buffer.concat([waiting, chunk]);
    for (;;) {
      const at = started ? 1 : 0;
      const length = waiting.length < at + 4 ? Infinity : at + waiting.readUInt32BE(at);
      if (waiting.length < length) return;
      const type = started ? String.fromCharCode(waiting[0] ?? 0) : 'start';
      const texts = waiting
        .subarray(at + 4, length)
        .toString()
        .split('\0');
      // Bind names a portal and then the statement; a simple query is the text itself.
      if (type === 'B') run.push(texts[1] ?? '');
      if (type === 'Q') run.push(texts[0] ?? '');
      started = true;
      waiting = waiting.subarray(length);
    }
  };
}
