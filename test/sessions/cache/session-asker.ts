import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

export interface Asked {
  /** Monotonic milliseconds, before the request was written. */
  readonly at: number;
  readonly signedIn: boolean;
}

/** Asks one server for `get-session` over one raw connection, because an HTTP client would take most of the time. */
export class SessionAsker {
  private constructor(
    private readonly socket: Socket,
    private readonly host: string,
  ) {}

  static async connect(origin: string): Promise<SessionAsker> {
    const { hostname, port, host } = new URL(origin);
    const socket = connect(Number(port), hostname === 'localhost' ? '127.0.0.1' : hostname).setNoDelay();
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new SessionAsker(socket, host);
  }

  async ask(token: string): Promise<Asked> {
    const at = performance.now();
    this.socket.write(
      `GET /api/auth/get-session HTTP/1.1\r\nhost: ${this.host}\r\nauthorization: Bearer ${token}\r\n\r\n`,
    );
    const [status, body] = await this.answer();
    if (!status.startsWith('HTTP/1.1 200')) throw new Error(`answered ${status}`);
    return { at, signedIn: body !== 'null' };
  }

  close(): void {
    this.socket.destroy();
  }

  private answer(): Promise<[string, string]> {
    return new Promise((resolve, reject) => {
      let text = '';
      const finish = (result: [string, string] | Error) => {
        this.socket.off('data', read).off('close', closed);
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      const closed = () => finish(new Error('the server closed the connection'));
      const read = (chunk: Buffer) => {
        text += chunk.toString('latin1');
        const end = text.indexOf('\r\n\r\n');
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0);
        if (end >= 0 && text.length >= end + 4 + length) {
          finish([text.slice(0, text.indexOf('\r\n')), text.slice(end + 4)]);
        }
      };
      this.socket.on('data', read).once('close', closed);
    });
  }
}
