/** One sentence on why the database cannot be used and what to look at. The password never stands in it. */
export function describeConnectionFault(error: unknown, url: string): string {
  const { hostname, port, pathname } = new URL(url);
  const username = decodeURIComponent(new URL(url).username);
  const server = `${hostname}:${port || 5432}`;
  const { code, message = '' } = (error ?? {}) as { code?: string; message?: string };
  switch (code ?? innerCode(error)) {
    case 'ECONNREFUSED':
      return `No PostgreSQL answers at ${server}: start it, or correct DATABASE_URL.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host ${hostname} of DATABASE_URL is not known: correct it, or look at the network.`;
    case 'ETIMEDOUT':
      return `PostgreSQL at ${server} did not answer in time: look at the network and its firewall.`;
    case '28P01':
    case '28000':
      return `PostgreSQL at ${server} refuses user "${username}": correct the user or password in DATABASE_URL.`;
    case '3D000':
      return `Database "${decodeURIComponent(pathname.slice(1))}" does not exist at ${server}: create it, or correct DATABASE_URL.`;
    case '53300':
      return `PostgreSQL at ${server} has no connection left: lower DATABASE_POOL_SIZE or raise max_connections.`;
    case '57P03':
      return `PostgreSQL at ${server} is still starting up: try again in a moment.`;
    default:
      if (/timeout|timed out/i.test(message)) {
        return `PostgreSQL at ${server} did not answer in time: look at the network and its firewall.`;
      }
      if (/does not support SSL/i.test(message)) {
        return `PostgreSQL at ${server} does not speak TLS: take sslmode out of DATABASE_URL, or switch TLS on there.`;
      }
      return `The database at ${server} cannot be used: ${message || 'unknown fault'}.`;
  }
}

/** Node tries every address of a name and then reports them together. */
function innerCode(error: unknown): string | undefined {
  const { errors } = (error ?? {}) as { errors?: { code?: string }[] };
  return errors?.[0]?.code;
}
