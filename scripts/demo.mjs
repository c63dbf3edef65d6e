/**
 * `npm run demo`: the whole product in one terminal, with the real programs.
 *
 * 1. `countersign-server` starts on a free port, with a store in a temporary folder.
 * 2. `countersign register` creates an account: QR code, first code, recovery codes.
 * 3. `countersign login` takes the password and the authenticator's next code.
 *
 * On a terminal you scan and type. Otherwise, and with `--auto`, the demo computes the codes like an
 * authenticator app. The server and the folder are removed at the end, even after an error.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countdown, EXIT, note, runMain } from '@countersign/terminal';
import { computeCode, parseOtpauth, stepOf } from '@countersign/totp-core';
import { failure, runClient, startServer } from './demo-programs.mjs';

/** @typedef {import('@countersign/terminal').Io} Io */

const USERNAME = 'alice';
const PASSWORD = 'correct horse battery staple';

await runMain(async (argv, io) => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-demo-'));
  /** @type {Awaited<ReturnType<typeof startServer>> | undefined} */
  let server;
  try {
    server = await serve(folder, io);
    const client = clientOf(folder, server.port, io);
    const byHand = io.isTerminal && !argv.includes('--auto');
    const login = await (byHand ? playByHand(client) : playAlone(client, io));
    const code = await server.stop();
    if (code !== 0) throw failure(`the server ended with exit code ${code}:\n${server.log()}`);
    heading('Done: registered and logged in. Nothing of it is left behind.');
    say(
      `The server listened ${seconds(server.milliseconds)} after its start, the stretching of its passphrase included.`,
    );
    if (login !== undefined)
      say(`The login took ${login} ms, without the stretching and the wait for the code.`);
    return EXIT.done;
  } finally {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

/**
 * @param {string} folder
 * @param {Io} io
 */
async function serve(folder, io) {
  const passphrase = join(folder, 'passphrase');
  await writeFile(passphrase, 'a passphrase for this demo only\n', { mode: 0o600 });
  heading('1  The server starts, with a new store on a free port');
  const options = ['--data-dir', join(folder, 'data'), '--passphrase-file', passphrase, '--json'];
  const args = ['--host', '127.0.0.1', '--port', '0', '--registration', 'open', '--create', ...options];
  const server = await startServer({ args, signal: io.signal });
  say(`It listens at 127.0.0.1:${server.port}, and its pin is\n${server.pin}`);
  return server;
}

/**
 * Returns the client program, which stores nothing outside the temporary folder.
 *
 * @param {string} folder
 * @param {number} port
 * @param {Io} io
 */
function clientOf(folder, port, io) {
  const env = {
    COUNTERSIGN_SERVER: `127.0.0.1:${port}`,
    COUNTERSIGN_CONFIG_DIR: join(folder, 'config'),
    COUNTERSIGN_TIMINGS: '1',
  };
  return (
    /** @type {string[]} */ args,
    /** @type {Pick<Parameters<typeof runClient>[1], 'lines' | 'onLine'>} */ how = {},
  ) => runClient(args, { env, signal: io.signal, ...how });
}

/** @param {ReturnType<typeof clientOf>} client */
async function playByHand(client) {
  heading('2  You register: have an authenticator app at hand');
  say('When the client shows a pin, compare it with the one above.');
  await client(['register']);
  heading('3  You log in, with the next code of the app');
  await client(['login']);
  return undefined;
}

/**
 * Types what a user would type, and computes the codes from the content of the QR code.
 *
 * @param {ReturnType<typeof clientOf>} client
 * @param {Io} io
 */
async function playAlone(client, io) {
  heading(`2  ${USERNAME} registers: countersign register ${USERNAME} --json`);
  let nextCode = /** @returns {Promise<string>} */ async () => {
    throw failure('the client has shown no secret');
  };
  await client(['register', USERNAME, '--json', '--qr', 'terminal'], {
    lines: ['yes', PASSWORD, PASSWORD],
    onLine(line, answer) {
      const { event, otpauth } = JSON.parse(line);
      if (event !== 'enrolment') return;
      const app = authenticatorFor(otpauth, io);
      nextCode = app.next;
      // Like a user, it types after it has seen the QR code, which arrives on another stream.
      setTimeout(() => {
        say(`The authenticator app has scanned it, and shows ${app.code}: typed.`);
        answer(app.code);
      }, 500);
    },
  });
  heading(`3  ${USERNAME} logs in: countersign login ${USERNAME}`);
  const code = await nextCode();
  say(`It shows ${code} now: typed, after the password.`);
  const said = await client(['login', USERNAME], { lines: [PASSWORD, code] });
  return /took (\d+) ms/.exec(said)?.[1];
}

/**
 * An authenticator app that has scanned the QR code: its current code, and the next one as soon as it
 * appears.
 *
 * @param {string} uri
 * @param {Io} io
 */
function authenticatorFor(uri, io) {
  const reading = parseOtpauth(uri);
  if (!reading.ok || reading.otpauth.type !== 'totp') throw failure('the QR code cannot be read');
  const { secret, profile } = reading.otpauth;
  const time = () => Math.floor(io.now() / 1000);
  const step = stepOf(time(), profile);
  return {
    code: computeCode({ secret, profile, time: time() }),
    async next() {
      const until = 1000 * (step + 1) * profile.period;
      const message = (/** @type {number} */ left) => `The app shows its next code in ${left} s …`;
      if (!io.isTerminal) say(message(Math.max(0, Math.ceil((until - io.now()) / 1000))));
      await countdown(io, { until, message });
      return computeCode({ secret, profile, time: time() });
    },
  };
}

/** @param {string} text */
function heading(text) {
  say(`\n── ${text} ──`);
}

/** @param {string} text */
function say(text) {
  note(process, text);
}

/** @param {number} milliseconds */
function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
