import type { Socket } from 'node:net';

/** Opens a TCP connection. Rejects with the system's error, or with the signal's reason. */
export type Dial = (host: string, port: number, signal: AbortSignal) => Promise<Socket>;
