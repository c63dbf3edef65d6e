/**
 * The machine of docs/operating.md: folders of the test in the place of those of the system, the packages installed with
 * npm, and programs in the place of those that need root. `systemctl` starts and stops the server of the unit file.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../packages/secure-store/test/postgres-cluster.ts';
import { type ChildProcess, spawn } from '../../../scripts/child-process.mjs';

const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url));
/** Time limit of a command, in milliseconds. Installing packages takes longest. */
const LIMIT = 240_000;

/** What a command printed, and how it ended. */
export interface Ended {
  readonly exit: number | null;
  readonly output: string;
}

/** Returns what to type next, from everything printed so far. */
export type Typing = (printed: string) => string | undefined;

/** A program that was started, until it is interrupted. */
interface Running {
  readonly child: ChildProcess;
  readonly printed: () => string;
  readonly ended: Promise<Ended>;
}

export class GuideMachine {
  readonly #folder: string;
  readonly #replaced: readonly (readonly [text: string, by: string])[];
  #service: Running | undefined;
  #interactive: Running | undefined;

  private constructor(folder: string, replaced: readonly (readonly [string, string])[]) {
    this.#folder = folder;
    this.#replaced = replaced;
  }

  /** @param databaseUrl stands for the database of the guide */
  static async start(folder: string, databaseUrl: string): Promise<GuideMachine> {
    const [port, drillPort, metricsPort] = [await freePort(), await freePort(), await freePort()];
    const at = (name: string) => join(folder, name);
    for (const name of ['programs', 'units', 'sbin', 'cron', 'packed', 'bin', 'home']) mkdirSync(at(name));
    const machine = new GuideMachine(folder, [
      ['postgres://countersign@db.example.org/countersign', databaseUrl],
      ['/var/lib/countersign', at('lib')],
      ['/var/backups/countersign', at('backups')],
      ['/etc/countersign', at('etc')],
      ['/etc/systemd/system', at('units')],
      ['/etc/cron.d', at('cron')],
      ['/usr/local/sbin', at('sbin')],
      ['/usr/local/bin', at('bin')],
      ['/opt/countersign', at('opt')],
      ['--pack-destination /tmp', `--pack-destination ${at('packed')}`],
      ['/tmp/countersign-', at('packed/countersign-')],
      ['login.example.org', '127.0.0.1'],
      ['0.0.0.0', '127.0.0.1'],
      ['18443', String(drillPort)],
      ['8443', String(port)],
      ['9464', String(metricsPort)],
    ]);
    await machine.#replacePrograms();
    return machine;
  }

  path(name: string): string {
    return join(this.#folder, name);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** Puts the places of this machine in the place of those of the guide. */
  localised(text: string): string {
    return this.#replaced.reduce((sofar, [from, to]) => sofar.replaceAll(from, to), text);
  }

  /** Runs a script as the guide prints it, to its end. */
  async run(script: string, typing?: Typing): Promise<Ended> {
    return await this.#start(script, typing).ended;
  }

  /** Runs a script until it prints `pattern`; it keeps running until `interrupt`. */
  async runUntil(script: string, pattern: RegExp, typing?: Typing): Promise<void> {
    this.#interactive = this.#start(script, typing);
    await untilPrinted(this.#interactive, pattern);
  }

  /** Ctrl-C for the script of `runUntil`, if one is running. */
  async interrupt(): Promise<void> {
    await stop(this.#interactive, 'SIGINT');
    this.#interactive = undefined;
  }

  /** Ends what is running. */
  async dispose(): Promise<void> {
    await this.interrupt();
    await stop(this.#service, 'SIGTERM');
  }

  #start(script: string, typing: Typing = () => undefined): Running {
    const checkout = /npm pack|deploy\//.test(script);
    const lib = this.path('lib');
    const folder = existsSync(lib) ? lib : this.path('home');
    const child = spawn('bash', ['--norc', '-euo', 'pipefail', '-c', this.localised(script)], {
      cwd: checkout ? CHECKOUT : folder,
      detached: true,
      timeout: LIMIT,
      env: {
        ...withoutSettings(process.env),
        PATH: [
          ...['programs', 'sbin', 'bin'].map((name) => this.path(name)),
          dirname(process.execPath),
          '/usr/bin:/bin',
        ].join(':'),
        HOME: this.path('home'),
        NO_COLOR: '1',
        npm_config_cache: process.env.npm_config_cache ?? join(homedir(), '.npm'),
        npm_config_prefer_offline: 'true',
        npm_config_update_notifier: 'false',
      },
    });
    return running(child, typing);
  }

  async #replacePrograms(): Promise<void> {
    // Only the options that the real program has.
    for (const name of ['useradd', 'userdel'])
      this.#replace(
        name,
        `for word in "$@"; do case $word in --*) /usr/sbin/${name} --help | grep -q -- "$word" || exit 2 ;; esac; done`,
      );
    this.#replace(
      'install',
      'words=; while [ $# -gt 0 ]; do case $1 in -o | -g) shift 2 ;; *) words="$words $1"; shift ;; esac; done\nexec /usr/bin/install $words',
    );
    this.#replace('sudo', 'test "$1 $2" = "-u countersign" || exit 2\nshift 2\nexec "$@"');
    // The configuration in /etc counts unless the data directory is named.
    this.#replace(
      'countersign-server',
      `case " $* " in *" --data-dir "*) ;; *) export COUNTERSIGN_CONFIG=${this.path('etc/config.toml')} ;; esac
if [ ! -e ${this.path('etc/config.toml')} ]; then unset COUNTERSIGN_CONFIG; fi
exec ${this.path('bin/countersign-server')} "$@"`,
    );
    const socket = this.path('systemctl.sock');
    this.#replace(
      'systemctl',
      `exec curl --silent --show-error --fail --unix-socket ${socket} --data "$*" http://systemd/`,
    );
    const manager = createServer((request, response) => {
      let words = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        words += text;
      });
      request.on('end', () => {
        this.#systemctl(words).then(
          () => response.end(),
          (error: unknown) => response.writeHead(500).end(String(error)),
        );
      });
    });
    await new Promise<void>((resolve) => manager.listen(socket, resolve));
    manager.unref();
  }

  #replace(name: string, script: string): void {
    const path = this.path(`programs/${name}`);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }

  async #systemctl(words: string): Promise<void> {
    const verb = /^(enable --now|disable --now|start|stop|restart) countersign$/.exec(words)?.[1];
    if (words === 'daemon-reload') return;
    if (verb === undefined) throw new Error(`systemctl ${words}`);
    if (/disable|stop|restart/.test(verb)) {
      await stop(this.#service, 'SIGTERM');
      this.#service = undefined;
    }
    if (!/enable --now|^start|restart/.test(verb) || verb.startsWith('disable')) return;
    const [, command = ''] =
      /^ExecStart=(.+)$/m.exec(this.read('units/countersign.service.d/key-file.conf')) ?? [];
    // By its name, so that the configuration of this machine is found.
    this.#service = this.#start(command.replace(/^\S*\//, ''));
    await untilPrinted(this.#service, /Listening on|"event":"listening"/);
  }
}

/** How this machine reaches npm's registry stays; what the programs read does not. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(COUNTERSIGN|XDG|PG)_?/.test(name)));
}

function running(child: ChildProcess, typing: Typing): Running {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const typed = typing(output);
      if (typed !== undefined) child.stdin?.write(typed);
    });
  const first = typing('');
  if (first === undefined) child.stdin?.end();
  else child.stdin?.write(first);
  child.stdin?.on('error', () => {});
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (exit) => resolve({ exit, output }));
  });
  return { child, printed: () => output, ended };
}

async function untilPrinted({ child, printed, ended }: Running, pattern: RegExp): Promise<void> {
  const seen = new Promise<void>((resolve) => {
    const look = () => {
      if (pattern.test(printed())) resolve();
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    look();
  });
  const early = ended.then(({ output }) => Promise.reject(new Error(`ended without ${pattern}: ${output}`)));
  await Promise.race([seen, early]);
}

async function stop(one: Running | undefined, signal: 'SIGINT' | 'SIGTERM'): Promise<void> {
  const pid = one?.child.pid;
  if (one === undefined || pid === undefined) return;
  if (one.child.exitCode === null && one.child.signalCode === null) process.kill(-pid, signal);
  await one.ended;
}
