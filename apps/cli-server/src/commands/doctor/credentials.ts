/** Whether SSH certificates and tokens can be issued, and whether hosts have a revocation list that is new enough. */
import type { RegistryOptions } from '@countersign/auth-server/accounts';
import { keptIssuerUrl, openSsh, openTokens, readKrl } from '@countersign/auth-server/credentials';
import {
  CliError,
  counted,
  type Io,
  moment,
  readBinaryFile,
  relative,
  sentence,
} from '@countersign/terminal';
import { bad, type Finding, good, poor } from './finding.ts';

/** Hosts fetch the list every few minutes, so an older one means that something has stopped. */
const MOST_SECONDS = 30 * 60;

const WRITE = 'Write it again: countersign-server ssh krl --out FILE';

/** Returns a finding if a restore has paused issuing. */
export async function checkIssuing(world: RegistryOptions): Promise<Finding[]> {
  if (!(await openSsh(world).administration.isPaused())) return [];
  const todo = 'If this store is the one to use, run: countersign-server ssh resume';
  return [poor('ssh', 'No SSH certificates are issued since the store was restored', todo)];
}

/** Returns a finding if there are services. */
export async function checkTokens(world: RegistryOptions): Promise<Finding[]> {
  const { administration, tokens } = openTokens(world);
  if (await administration.isPaused()) {
    const todo = 'If this store is the one to use, run: countersign-server service resume';
    return [poor('tokens', 'No tokens are issued since the store was restored', todo)];
  }
  const services = await administration.services();
  if (services.length === 0) return [];
  if ((await keptIssuerUrl(world.store)) === undefined) {
    const says = 'Services are listed, but the server that was started last issues no tokens';
    const remove = 'countersign-server service remove NAME';
    return [poor('tokens', says, `Start it with --issuer-url, or remove the services: ${remove}`)];
  }
  const { goodUntil } = await tokens.publishedKeys();
  const copies = goodUntil === undefined ? '' : `; a copy of the keys is good until ${moment(goodUntil)}`;
  return [good('tokens', `Tokens are issued for ${counted(services.length, 'service')}${copies}`)];
}

/** Checks a revocation list for hosts. */
export async function checkKrl(io: Io, path: string): Promise<Finding> {
  let bytes: Uint8Array;
  try {
    bytes = await readBinaryFile(path, io.signal);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const says = error.message.replace(/\.$/, '');
    return bad('krl', `${says}. Hosts without a list refuse every key`, WRITE);
  }
  const found = readKrl(bytes);
  switch (found.condition) {
    case 'empty':
      return bad('krl', sentence`${path} is empty: with it, sshd revokes nothing`, WRITE);
    case 'unusable':
      return bad('krl', sentence`${path} is not a revocation list of this program: ${found.reason}`, WRITE);
    case 'usable': {
      const now = io.now() / 1000;
      const { generatedAt } = found;
      const says = sentence`The revocation list in ${path} is from ${moment(generatedAt)}, ${relative(generatedAt, now)}`;
      if (now - generatedAt <= MOST_SECONDS) return good('krl', says);
      const todo = 'Check the timer or cron job that writes it: hosts still accept what was revoked since.';
      return bad('krl', says, todo);
    }
  }
}
