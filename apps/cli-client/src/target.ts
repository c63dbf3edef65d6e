import type { ServerAddress } from '@countersign/auth-client';

/** The server of a command, and how its key is known. */
export interface Target {
  readonly server: ServerAddress;
  /** Whether the next command needs `--server` to reach it. */
  readonly needsOption: boolean;
  /** What says which key the server must show, where it is not remembered. */
  readonly pinFrom?: 'option' | 'invitation';
}
