import { addressesIn, serversIn } from '../config/server-list.js';
import { Unavailable } from '../errors/unavailable.js';

/** One sentence that says why the database cannot be used and what to check. It never contains the password. */
export function describeConnectionFault(error: unknown, url: string): string {
  const { hostname, pathname, username: encoded } = new URL(serversIn(url).first);
  const username = decodeURIComponent(encoded);
  const server = addressesIn(url);
  const { code, message = '' } = (error ?? {}) as { code?: string; message?: string };
  switch (code ?? innerCode(error)) {
    case 'ECONNREFUSED':
      return `No PostgreSQL answers at ${server}: start it, or correct DATABASE_URL.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host ${hostname} in DATABASE_URL cannot be resolved: correct it, or check DNS and the network.`;
    case 'ETIMEDOUT':
      return `PostgreSQL at ${server} did not answer in time: check the network and the firewall.`;
    case '28P01':
    case '28000':
      return `PostgreSQL at ${server} refuses user "${username}": correct the user or password in DATABASE_URL.`;
    case '3D000':
      return `Database "${decodeURIComponent(pathname.slice(1))}" does not exist at ${server}: create it, or correct DATABASE_URL.`;
    case '53300':
      return `PostgreSQL at ${server} has no free connection: lower DATABASE_POOL_SIZE or raise max_connections.`;
    case '57P03':
      return `PostgreSQL at ${server} is still starting up: try again in a moment.`;
    default:
      if (/timeout|timed out/i.test(message)) {
        return `PostgreSQL at ${server} did not answer in time: check the network and the firewall.`;
      }
      if (/does not support SSL/i.test(message)) {
        return `PostgreSQL at ${server} does not support TLS: remove sslmode from DATABASE_URL, or enable TLS in PostgreSQL.`;
      }
      if (error instanceof Unavailable && error.detail) {
        return `The database cannot be used, because ${message}: ${error.detail}.`;
      }
      return `The database at ${server} cannot be used: ${message || 'unknown fault'}.`;
  }
}

/** If a host name has several addresses, Node tries each of them and throws one error that contains all errors. */
function innerCode(error: unknown): string | undefined {
  const { errors } = (error ?? {}) as { errors?: { code?: string }[] };
  return errors?.[0]?.code;
}
