/**
 * Every setting of the program, in the order of `--help`. A setting is a line here: its flag, its variable, its key in the
 * configuration file, its help, its check and its line in `config` follow from it, and a test compares docs/programs.md
 * with this table.
 */
import { isIP } from 'node:net';
import { readIssuerUrl } from '@countersign/auth-server/service-urls';
import { type Setting, textThat, wholeNumber } from '@countersign/terminal';
import { isRelayRange } from '@countersign/tls-channel/address';
import { InvalidArgumentError } from 'commander';
import { MOST_SSH_HOURS, reachableAddress } from './arguments.ts';
import { LOG_LEVELS } from './serving/options.ts';

/** Where the configuration file is, unless it is named or in the data directory. */
export const SYSTEM_CONFIG = '/etc/countersign/config.toml';
/** The name of the configuration file in the data directory. */
export const CONFIG_NAME = 'config.toml';
/** The folder in the data directory in which running servers publish where they listen. */
export const RUNNING_FOLDER = 'running';

/** An IP address or a host name, without a port. */
const listenHost = textThat(
  (text) => isIP(text) !== 0 || /^(?=.{1,253}$)[\w.-]+$/.test(text),
  'Give an IP address or a host name; use --port for the port.',
);

const relayRange = textThat(isRelayRange, 'Give addresses or networks, such as 192.0.2.1 or 10.0.0.0/8.');

/** Apps cut longer names, and a colon ends the issuer in an otpauth label. */
const issuerName = textThat(
  (text) => text.trim() !== '' && text.length <= 40 && !text.includes(':'),
  'Give 1 to 40 characters without a colon.',
);

/** A setting whose value is a whole number. */
function number(
  name: string,
  about: string,
  [least, most]: readonly [least: number, most: number],
  fallback?: number,
): Setting {
  return { name, value: 'number', about, type: 'number', parse: wholeNumber(least, most), fallback };
}

/** The settings of every command. */
export const COMMON_SETTINGS: readonly Setting[] = [
  {
    name: 'config',
    value: 'file',
    about: `the configuration file, TOML (default: ${CONFIG_NAME} in the data directory, or ${SYSTEM_CONFIG})`,
    notInFile: true,
  },
  { name: 'data-dir', value: 'dir', about: 'the data directory (default: one in your home)' },
  {
    name: 'store',
    value: 'place',
    about: 'lmdb:DIR or postgres://USER@HOST/DATABASE (default: in the data directory)',
  },
  { name: 'passphrase-file', value: 'file', about: 'read the passphrase from a file; - is standard input' },
  { name: 'key-file', value: 'file', about: 'unlock the store with a key file instead of a passphrase' },
];

/** The settings of a server. */
export const START_SETTINGS: readonly Setting[] = [
  {
    name: 'host',
    value: 'address',
    about: 'the address to listen on',
    parse: listenHost,
    fallback: '127.0.0.1',
  },
  number('port', 'the port to listen on; 0 for any free port', [0, 65_535], 8443),
  {
    name: 'public',
    value: 'host:port',
    about: 'the address that clients connect to; stored, for invitations',
    parse: reachableAddress,
  },
  {
    name: 'proxy-protocol',
    value: 'from',
    about: 'relays that send the PROXY protocol: addresses or networks, such as 10.0.0.0/8; repeatable',
    type: 'list',
    parse: relayRange,
  },
  { name: 'create', about: 'create a missing store even if the passphrase or key comes from a file' },
  number('workers', 'how many processes to use', [1, 64], 1),
  {
    name: 'registration',
    value: 'policy',
    about: 'who can register; by default open if only this machine can connect, otherwise invite',
    choices: ['open', 'invite', 'closed'],
  },
  {
    name: 'issuer',
    value: 'name',
    about: 'the name that authenticator apps show above the account',
    parse: issuerName,
    fallback: 'Countersign',
  },
  { name: 'tls-cert', value: 'file', about: 'a certificate of your own, PEM' },
  { name: 'tls-key', value: 'file', about: 'its private key, PEM' },
  {
    name: 'limits',
    value: 'file',
    about: 'limits on guessing, JSON; to print them all: countersign-server limits',
    type: 'table',
  },
  { name: 'log-level', value: 'level', about: 'how much to log', choices: LOG_LEVELS, fallback: 'info' },
  number('audit-days', 'how many days to keep audit events', [1, 36_500], 90),
  number('ssh-hours', 'how many hours SSH certificates are valid at most', [1, MOST_SSH_HOURS], 10),
  {
    name: 'issuer-url',
    value: 'url',
    about: 'the https address at which services find the public keys; without it no tokens are issued',
    parse: issuerUrl,
  },
  number(
    'http-port',
    'a port on this machine for the public keys and the SSH revocation list, behind a TLS proxy',
    [0, 65_535],
  ),
  number('metrics-port', 'a port for this machine only: Prometheus metrics, token checks', [0, 65_535]),
];

/** Every setting. */
export const SETTINGS: readonly Setting[] = [...COMMON_SETTINGS, ...START_SETTINGS];

function issuerUrl(text: string): string {
  const reading = readIssuerUrl(text);
  if (!reading.ok) throw new InvalidArgumentError(reading.problem);
  return reading.url;
}
