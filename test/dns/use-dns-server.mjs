// Runs before a program whose questions go to `startDnsServer`.
import { setServers } from 'node:dns';

setServers([process.env.DNS_SERVER]);
