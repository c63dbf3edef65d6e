/**
 * A host with a real sshd: `ssh setup` prepares it in a folder of its own. The programs that would change this machine are
 * replaced, and paths of the system stand for paths in the folder.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRegistry } from '@countersign/auth-server/accounts';
import { SshCertificates } from '@countersign/auth-server/credentials';
import { type Certificate, type PublicKey, parseCertificate } from '@countersign/ssh-core';
import { type Sshd, startSshd } from '../../../packages/ssh-core/test/sshd.ts';
import { execFile } from '../../../scripts/child-process.mjs';
import { administrate, type Done, inStore } from './administrator.ts';

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

export class Host {
  readonly folder: string;
  readonly sshd: Sshd;
  /** The key of the user. */
  readonly key: PublicKey;

  private constructor(folder: string, sshd: Sshd) {
    this.folder = folder;
    this.sshd = sshd;
    this.key = sshd.generateKey('user', '-t', 'ed25519');
    for (const name of ['programs', 'sbin', 'units']) mkdirSync(join(folder, name));
    this.#replaceProgram('useradd', 'test "$*" = "--create-home $(id -un)"');
    this.#replaceProgram('sshd', `exec /usr/sbin/sshd -f ${join(folder, 'sshd_config')} "$@"`);
    this.#replaceProgram(
      'systemctl',
      `case "$*" in
        "reload ssh") kill -HUP ${sshd.pid} ;;
        daemon-reload | "enable --now countersign-krl.timer") ;;
        *) exit 1 ;;
      esac`,
    );
  }

  static async start(folder: string): Promise<Host> {
    return new Host(folder, await startSshd(folder));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Puts paths of this host in the place of those of the system. */
  localised(text: string): string {
    return text
      .replaceAll('/etc/systemd/system', this.path('units'))
      .replaceAll('/usr/local/sbin', this.path('sbin'))
      .replaceAll('/etc/ssh', this.folder);
  }

  /** Runs a command on the host. @throws {Error} if it fails */
  async run(command: string): Promise<void> {
    const PATH = `${this.path('programs')}:${process.env.PATH}`;
    await execFile('sh', ['-c', this.localised(command)], { cwd: this.folder, env: { PATH } });
  }

  /** Runs a script of `ssh setup`, and waits until sshd uses what it wrote. */
  async setUp(script: string): Promise<void> {
    writeFileSync(this.path('setup.sh'), this.localised(script));
    await this.run('sh setup.sh');
    await this.sshd.restarted();
  }

  logIn(certificate: Certificate) {
    return this.sshd.logIn('user', certificate);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  #replaceProgram(name: string, script: string): void {
    const path = join(this.folder, 'programs', name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }
}

/** The real time, which sshd compares with that of certificates, in Unix seconds. */
export const realNow = () => Math.floor(Date.now() / 1000);

/** Runs a command of the administrator, as text, at the real time. */
export function atNow(dir: string, command: string, lines: readonly string[] = []): Promise<Done> {
  return administrate(dir, command.split(' '), { now: realNow(), json: false, lines });
}

/** Issues a certificate to an account, as a session of the account does. */
export async function certify(
  dir: string,
  username: string,
  publicKey: PublicKey,
  options: { readonly roles?: readonly string[]; readonly now?: number } = {},
): Promise<Certificate> {
  const { roles, now = realNow() } = options;
  return inStore(dir, async (store) => {
    const clock = () => now * 1000;
    const registry = openRegistry({ store, clock, randomBytes });
    const account = await registry.accounts.find(username);
    if (!account) throw new Error('no such account');
    const certificates = new SshCertificates(registry, { store, clock, randomBytes });
    return parseCertificate(
      (await certificates.issue(account, { publicKey, roles }, '192.0.2.1')).certificate,
    );
  });
}
