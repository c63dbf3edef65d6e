/** The configuration file that `init` writes: every setting as a comment, except those that were given. */
import type { Setting } from '@countersign/terminal';

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
const EXAMPLES: Readonly<Record<string, string | number | readonly string[]>> = {
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
export function configTemplate(settings: readonly Setting[], given: ReadonlyMap<string, unknown>): string {
  const entries = settings
    // The file is in the data directory.
    .filter(({ name, type, notInFile }) => type !== 'table' && !notInFile && name !== 'data-dir')
    .map((setting) => {
      const { name, about, value, type, fallback } = setting;
      const example = EXAMPLES[name] ?? fallback ?? (value === undefined ? true : type === 'number' ? 0 : '');
      const line = `${name} = ${JSON.stringify(given.get(name) ?? example)}`;
      return `\n# ${about}\n${given.has(name) ? '' : '# '}${line}\n`;
    });
  return HEAD + entries.join('') + LIMITS;
}
