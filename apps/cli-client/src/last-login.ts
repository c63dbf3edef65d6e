import { join } from 'node:path';
import { LastLoginFile } from '@countersign/auth-client/last-login';
import { type Io, userFolder } from '@countersign/terminal';

/** Returns the last completed login, which is offered on a terminal. Scripts never use it. */
export function lastLogin({ env, isTerminal }: Io): LastLoginFile {
  const folder = env.COUNTERSIGN_CONFIG_DIR || userFolder('config', 'countersign', env);
  const isKept = isTerminal && folder !== undefined;
  return new LastLoginFile(isKept ? join(folder, 'last-login.json') : undefined);
}
