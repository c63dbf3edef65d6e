import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { execFileSync, LONG_LIMIT, spawn } from '../../../scripts/child-process.mjs';
import {
  type Certificate,
  encodeKrl,
  formatLine,
  type KrlContent,
  type PublicKey,
  parsePublicKey,
} from '../src/index.ts';

/** A real sshd on a loopback port, which lets the user who runs the tests log in. */
export interface Sshd {
  /** The only account that can log in: that of the tests. */
  readonly username: string;
  /** Generates a key pair in its folder and returns the public key. */
  generateKey(name: string, ...options: string[]): PublicKey;
  /** Replaces the revocation list; sshd reads it at each login. */
  revoke(content: Partial<KrlContent>): void;
  /** Logs in with a key from `generateKey` and a certificate, and returns what sshd logged. */
  logIn(name: string, certificate: Certificate): Promise<Login>;
  /** Logs in with what an agent holds, and nothing else. */
  logInWithAgent(socketPath: string): Promise<Login>;
  /** Of its first process, for signals. */
  readonly pid: number | undefined;
  /** Resolves when it has read its configuration again after a SIGHUP. */
  restarted(): Promise<void>;
  stop(): void;
}

const HOST_KEY = 'ssh_host_ed25519_key';

interface Login {
  readonly isIn: boolean;
  readonly log: string;
}

/**
 * Starts it in a folder, with its configuration in `sshd_config`.
 *
 * @param authority whose certificates it trusts; without one the folder `sshd_config.d` is included, as on Debian
 */
export async function startSshd(folder: string, authority?: PublicKey): Promise<Sshd> {
  const { username, uid } = userInfo();
  // sshd insists on this folder if it is started by root.
  if (uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const path = (name: string) => join(folder, name);
  const generateKey = (name: string, ...options: string[]) => {
    execFileSync('ssh-keygen', ['-q', '-N', '', '-f', path(name), ...options]);
    return parsePublicKey(execFileSync('ssh-keygen', ['-y', '-f', path(name)], { encoding: 'utf8' }));
  };
  const revoke = (content: Partial<KrlContent>) =>
    writeFileSync(path('krl'), encodeKrl({ version: 1, generatedAt: 1, ...content }));
  const port = await freePort();
  generateKey(HOST_KEY, '-t', 'ed25519');
  if (authority) {
    writeFileSync(path('ca.pub'), `${formatLine(authority)}\n`);
    revoke({});
  } else mkdirSync(path('sshd_config.d'));
  const settings = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${path(HOST_KEY)}`,
    ...(authority
      ? [`TrustedUserCAKeys ${path('ca.pub')}`, `RevokedKeys ${path('krl')}`]
      : [`Include ${path('sshd_config.d')}/*.conf`]),
    'AuthorizedKeysFile none',
    'PidFile none',
    'AuthenticationMethods publickey',
    'PermitRootLogin yes',
    'StrictModes no',
    'UsePAM no',
    'LogLevel VERBOSE',
  ];
  writeFileSync(path('sshd_config'), `${settings.join('\n')}\n`);

  const sshd = spawn('/usr/sbin/sshd', ['-f', path('sshd_config'), '-D', '-e'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: LONG_LIMIT,
  });
  let log = '';
  let waiting: { pattern: RegExp; resolve: () => void; reject: (reason: Error) => void } | undefined;
  const look = () => {
    if (waiting?.pattern.test(log)) waiting.resolve();
  };
  const logged = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      waiting = { pattern, resolve, reject };
      look();
    });
  sshd.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
    look();
  });
  sshd.once('close', () => waiting?.reject(new Error(`sshd ended:\n${log}`)));
  await logged(/Server listening/);

  const connect = async (...identity: string[]): Promise<Login> => {
    log = '';
    const settings = [
      'BatchMode=yes',
      'StrictHostKeyChecking=no',
      'UserKnownHostsFile=/dev/null',
      ...identity,
    ];
    const options = settings.flatMap((setting) => ['-o', setting]);
    const args = ['-F', 'none', ...options, '-p', String(port), `${username}@127.0.0.1`, 'echo in'];
    const client = spawn('ssh', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let printed = '';
    client.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    await new Promise((resolve, reject) => client.on('error', reject).on('close', resolve));
    await logged(/Connection closed by|Disconnected from|Received disconnect/);
    return { isIn: printed === 'in\n', log };
  };
  return {
    username,
    generateKey,
    revoke,
    logIn(name, certificate) {
      writeFileSync(path('cert.pub'), `${formatLine(certificate)}\n`);
      const files = [`IdentityFile=${path(name)}`, `CertificateFile=${path('cert.pub')}`];
      return connect('IdentitiesOnly=yes', 'IdentityAgent=none', ...files);
    },
    logInWithAgent: (socketPath) => connect(`IdentityAgent=${socketPath}`, 'IdentityFile=none'),
    pid: sshd.pid,
    restarted: () => logged(/Received SIGHUP[\s\S]*Server listening/),
    stop: () => sshd.kill('SIGKILL'),
  };
}

/** Returns a port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
      .on('error', reject)
      .listen(0, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
      });
  });
}
