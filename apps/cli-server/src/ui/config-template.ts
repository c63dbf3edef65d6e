/** The configuration file that `init` writes: every setting as a comment, except those that were given. */
import { settingsTemplate } from '@countersign/terminal';
import { SETTINGS } from '../setting-table.ts';

const HEAD = `# Settings of countersign-server. Remove the "# " before a setting to change it.
# A flag or a variable, such as --port or COUNTERSIGN_PORT, comes before this file.
# To see what is in force, and where it comes from: countersign-server config
`;

const LIMITS = `
# Limits on guessing. To print them all: countersign-server limits
# [limits]
# registrationsPerDay = 1000
# code.lockAfter = 100
`;

/** Sample values of settings without a default. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  store: 'postgres://countersign@db.example.org/countersign',
  'passphrase-file': '/etc/countersign/passphrase',
  'key-file': '/etc/countersign/key',
  public: 'login.example.org:8443',
  'proxy-protocol': ['10.0.0.0/8'],
  registration: 'invite',
  'tls-cert': '/etc/countersign/cert.pem',
  'tls-key': '/etc/countersign/key.pem',
  'issuer-url': 'https://login.example.org',
  'http-port': 8080,
  'metrics-port': 9464,
};

/** @param given the values to set, by the names of their settings */
export function configTemplate(given: ReadonlyMap<string, unknown>): string {
  // The file is in the data directory.
  const settings = SETTINGS.filter(
    ({ name, type, notInFile }) => type !== 'table' && !notInFile && name !== 'data-dir',
  );
  return HEAD + settingsTemplate(settings, given, SAMPLES) + LIMITS;
}
