import pg from 'pg';
import { addressOf, serversIn, type Target } from '../config/server-list.js';
import { Unavailable, unavailability } from '../errors/unavailable.js';

export interface Server {
  readonly url: string;
  readonly host: string;
  readonly port: number;
}

/** What a session says about its server. */
export interface SessionState {
  readonly standby: boolean;
  readonly readOnly: boolean;
}

/** Selects the columns of a `SessionState`. */
export const SESSION_STATE =
  "pg_is_in_recovery() as standby, current_setting('transaction_read_only') = 'on' as \"readOnly\"";

const FITS: Readonly<Record<Target, (state: SessionState) => boolean>> = {
  any: () => true,
  'read-write': ({ readOnly }) => !readOnly,
  'read-only': ({ readOnly }) => readOnly,
  primary: ({ standby }) => !standby,
  standby: ({ standby }) => standby,
  'prefer-standby': () => true,
};

/** Milliseconds for which a search that found no server also answers those who ask next. */
const PAUSE = 100;

/** An open connection to one of the servers. */
interface Member {
  readonly server: Server | undefined;
  sever(reason: string): void;
}

type Answer = readonly [Server, SessionState];

/**
 * The servers that a database URL names. The driver knows only one, so this finds the one that `target_session_attrs`
 * asks for. It remembers that server until a connection to it fails.
 */
export class Servers {
  /** The URL of the first server, for programs that know only one. */
  readonly first: string;
  /** False for a URL that names one server and takes it as it is. The driver then connects by itself. */
  readonly mustChoose: boolean;
  private readonly urls: readonly string[];
  private readonly target: Target;
  private readonly members = new Set<Member>();
  private chosen: Server | undefined;
  private searching: Promise<Server> | undefined;

  /** @param patience milliseconds that a server has to answer a search */
  constructor(
    readonly url: string,
    private readonly patience: number,
  ) {
    const { urls, first, target } = serversIn(url);
    [this.urls, this.first] = [urls, first];
    // The settings were checked when they were read.
    this.target = target as Target;
    this.mustChoose = urls.length > 1 || target !== 'any';
  }

  /** True if the URL asks for a server that accepts writes. */
  get mustWrite(): boolean {
    return this.target === 'read-write' || this.target === 'primary';
  }

  fits(state: SessionState): boolean {
    return FITS[this.target](state);
  }

  /**
   * The server to connect to. All who ask at the same time share one search.
   * @throws {Unavailable} if no server fits now
   */
  async choose(): Promise<Server> {
    return this.chosen ?? (this.searching ??= this.search());
  }

  /** The next connection looks for its server again. */
  forget(server: Server): void {
    if (this.chosen?.url === server.url) this.chosen = undefined;
  }

  add(member: Member): void {
    this.members.add(member);
  }

  remove(member: Member): void {
    this.members.delete(member);
  }

  /** Closes all connections to a server that was demoted, because even its answers to reads may be out of date. */
  abandon(server: Server): void {
    this.forget(server);
    for (const member of this.members)
      if (member.server?.url === server.url) member.sever('the database server no longer accepts writes');
  }

  private async search(): Promise<Server> {
    try {
      this.chosen = await this.find();
      this.searching = undefined;
      return this.chosen;
    } catch (error) {
      setTimeout(() => (this.searching = undefined), PAUSE).unref();
      throw error;
    }
  }

  private async find(): Promise<Server> {
    const answers = this.urls.map((url) => this.ask(url));
    const targets: readonly Target[] = this.target === 'prefer-standby' ? ['standby', 'any'] : [this.target];
    for (const target of targets) {
      const fitting = answers.map((answer) => thatFits(target, answer));
      // Only one server accepts writes. If a server before it in the list is silent, nobody waits for that one.
      const found = await (this.mustWrite ? Promise.any(fitting) : firstOf(fitting)).catch(() => undefined);
      if (found) return found;
    }
    return this.fail(answers);
  }

  private async ask(url: string): Promise<Answer> {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'gatehouse-search',
      connectionTimeoutMillis: this.patience,
      query_timeout: this.patience,
    });
    client.on('error', () => {});
    try {
      await client.connect();
      const { rows } = await client.query<SessionState>(`select ${SESSION_STATE}`);
      return [{ url, host: client.host, port: client.port }, rows[0] as SessionState];
    } finally {
      void client.end().catch(() => {});
    }
  }

  /** @throws {Unavailable} whose detail says of each server why it does not fit. If all refuse the login, the error of the first. */
  private async fail(answers: readonly Promise<Answer>[]): Promise<never> {
    const results = await Promise.allSettled(answers);
    const faults = results.map((result) =>
      result.status === 'rejected' ? (result.reason as unknown) : undefined,
    );
    if (faults.every((fault) => fault && unavailability(fault) === undefined)) throw faults[0];
    const addresses = this.urls.map(addressOf);
    const reasons = results.map((result, index) =>
      result.status === 'fulfilled'
        ? `${addresses[index]} is ${kindOf(result.value[1])}`
        : `${addresses[index]}: ${unavailability(result.reason) ?? 'it refuses the login'}`,
    );
    throw new Unavailable(`no database server is ${this.target}`, reasons.join('; '));
  }
}

async function thatFits(target: Target, answer: Promise<Answer>): Promise<Server> {
  const [server, state] = await answer;
  if (!FITS[target](state)) throw new Error(kindOf(state));
  return server;
}

/** The first in the order of the list, not in time. */
async function firstOf(fitting: readonly Promise<Server>[]): Promise<Server | undefined> {
  const found = fitting.map((each) => each.catch(() => undefined));
  for (const each of found) {
    const server = await each;
    if (server) return server;
  }
  return undefined;
}

function kindOf({ standby, readOnly }: SessionState): string {
  if (standby) return 'a standby';
  return readOnly ? 'read-only' : 'a primary';
}
