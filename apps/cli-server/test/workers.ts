/** A server of several processes in tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { dataDir, PASSPHRASE, Program } from './program.ts';

export async function start(...args: string[]): Promise<Program> {
  return new Program(['start', '--data-dir', await dataDir(), '--port', '0', '--json', ...args], {
    input: `${PASSPHRASE}\n`,
  });
}

/** Returns the child processes of a process. */
export function childrenOf(pid: number | undefined): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return (
          readFileSync(`/proc/${name}/stat`, 'utf8')
            .replace(/^.*\) /, '')
            .split(' ')[1] === String(pid)
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Returns whether a TLS client can connect with the protocol. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      ALPNProtocols: ['countersign/1'],
      rejectUnauthorized: false,
    });
    socket.on('secureConnect', () => socket.end());
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(socket.alpnProtocol === 'countersign/1'));
  });
}
