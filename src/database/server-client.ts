import pg from 'pg';
import { Unavailable } from '../errors/unavailable.js';
import { SESSION_STATE, type Server, type Servers, type SessionState } from './servers.js';

/** SQLSTATE of a write that the server refuses because it is read-only. */
const READ_ONLY = '25006';

type Connected = (error: Error | null) => void;

/** What a client or a pool of the driver needs to connect to one of the servers. */
export function toOneOf(servers: Servers) {
  return { connectionString: servers.first, Client: ServerClient, servers };
}

/** The driver's connection, but to the server that fits, if the URL names several or says what it must be. */
export class ServerClient extends pg.Client {
  private readonly servers: Servers | undefined;
  private chosen: Server | undefined;

  constructor(config?: string | (pg.ClientConfig & { readonly servers?: Servers })) {
    super(config);
    if (typeof config === 'object' && config.servers?.mustChoose) this.servers = config.servers;
  }

  get server(): Server | undefined {
    return this.chosen;
  }

  override connect(): Promise<this>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<this> | void {
    if (!this.servers) return callback ? super.connect(callback) : (super.connect() as Promise<this>);
    const connected = this.connectToOneOf(this.servers);
    if (!callback) return connected;
    connected.then(
      () => callback(null),
      (error: unknown) => callback(error as Error),
    );
    return undefined;
  }

  /** Closes the connection at once. A statement that waits for its answer fails with this reason. */
  sever(reason: string): void {
    this.connection.stream.destroy(new Unavailable(reason));
  }

  private async connectToOneOf(servers: Servers): Promise<this> {
    const server = await servers.choose();
    this.chosen = server;
    [this.host, this.port] = [server.host, server.port];
    try {
      await super.connect();
      // Another server may have become the primary after the choice.
      const { rows } = await this.query<SessionState>(`select ${SESSION_STATE}`);
      if (!rows[0] || !servers.fits(rows[0]))
        throw new Unavailable('the database server has changed its role');
    } catch (error) {
      servers.forget(server);
      void this.end().catch(() => {});
      throw error;
    }
    this.join(servers, server);
    return this;
  }

  /** A server that refuses a write was demoted after this connection was opened. */
  private join(servers: Servers, server: Server): void {
    servers.add(this);
    this.once('end', () => servers.remove(this));
    if (!servers.mustWrite) return;
    this.connection.on('errorMessage', ({ code }: { readonly code?: string }) => {
      if (code === READ_ONLY) servers.abandon(server);
    });
  }
}
