import { hostname } from 'node:os';

/** The name of this machine; host names know no capitals (RFC 4343), and people copy what they see. */
export function ownHostName(): string {
  return hostname().toLowerCase();
}
