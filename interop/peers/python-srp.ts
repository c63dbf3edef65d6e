/**
 * python3-srp 1.0.20 (PyPI `srp`, cocagne/pysrp): all modes and both back ends, run by Debian's interpreter
 * in one process that answers one line per line.
 */
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type ChildProcessWithoutNullStreams, LONG_LIMIT, spawn } from '../../scripts/child-process.mjs';
import { fromHex, hex } from './bytes.ts';
import type { Credentials, Peer, Setting } from './peer.ts';

/** The mode of python3-srp. */
export interface PysrpSetting extends Setting {
  readonly mode: 'default' | 'rfc5054' | 'apple';
  /** The OpenSSL back end is used wherever libssl can be loaded. */
  readonly backend: 'openssl' | 'pure';
}

type Answer = Readonly<Record<string, string | null>>;

/** The running interpreter. */
export class PythonSrp {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting: { resolve(answer: Answer): void; reject(error: Error): void }[] = [];
  #errors = '';
  #ended: Error | undefined;
  #requests = 0;

  constructor() {
    const script = fileURLToPath(new URL('pysrp.py', import.meta.url));
    this.#child = spawn('/usr/bin/python3', ['-B', script], { stdio: 'pipe', timeout: LONG_LIMIT });
    createInterface(this.#child.stdout).on('line', (line) =>
      this.#waiting.shift()?.resolve(JSON.parse(line)),
    );
    this.#child.stderr.on('data', (chunk) => (this.#errors += chunk));
    const gone = (error: Error) => {
      this.#ended ??= error;
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    };
    this.#child.on('error', gone);
    this.#child.on('close', (code) => gone(new Error(`python ended with ${code}:\n${this.#errors}`)));
    this.#child.stdin.on('error', gone);
  }

  /** Ends the interpreter. */
  close(): void {
    this.#child.stdin.end();
  }

  /** Returns python3-srp as a peer. */
  peer(setting: PysrpSetting): Peer<Uint8Array> {
    const { group, hash } = setting;
    return {
      group,
      hash,
      register: async (credentials) => {
        const answer = await this.ask(setting, 'verifier', person(credentials));
        const { identity } = credentials;
        return { identity, salt: field(answer, 'salt'), verifier: field(answer, 'verifier') };
      },
      client: async (credentials) => {
        const [of, started] = await this.#open(setting, 'client', person(credentials));
        return {
          answer: async ({ salt, B }) => {
            const answer = await this.ask(setting, 'answer', { of, salt: hex(salt), B: hex(B) });
            return { A: field(started, 'A'), M1: field(answer, 'M1') };
          },
          finish: async (M2) => field(await this.ask(setting, 'finish', { of, M2: hex(M2) }), 'sessionKey'),
        };
      },
      server: async ({ identity, salt, verifier }) => {
        const row = { identity, salt: hex(salt), verifier: hex(verifier) };
        const [of, started] = await this.#open(setting, 'server', row);
        return {
          B: field(started, 'B'),
          check: async ({ A, M1 }) => {
            const answer = await this.ask(setting, 'check', { of, A: hex(A), M1: hex(M1) });
            return { M2: field(answer, 'M2'), sessionKey: field(answer, 'sessionKey') };
          },
        };
      },
    };
  }

  /** One request, one answer. */
  ask(setting: PysrpSetting, step: string, request: object): Promise<Answer> {
    const id = ++this.#requests;
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(this.#ended);
        return;
      }
      this.#waiting.push({ resolve, reject });
      const { group, ...rest } = setting;
      // Named groups are looked up by size; others are passed as numbers.
      const numbers = { bits: group.bits, N: group.N.toString(16), g: group.g.toString(16) };
      this.#child.stdin.write(
        `${JSON.stringify({ ...request, setting: { ...rest, ...numbers }, step, id })}\n`,
      );
    });
  }

  async #open(setting: PysrpSetting, step: string, request: object): Promise<[id: number, answer: Answer]> {
    const answer = this.ask(setting, step, request);
    return [this.#requests, await answer];
  }
}

function person({ identity, password }: Credentials): object {
  return typeof password === 'string' ? { identity, password } : { identity, passwordBytes: hex(password) };
}

function field(answer: Answer, name: string): Uint8Array {
  const value = answer[name];
  if (typeof value !== 'string') throw new Error(`python3-srp refused: no ${name}`);
  return fromHex(value);
}
