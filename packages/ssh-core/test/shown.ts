/** Certificates and revocation lists in the words of ssh-keygen, written from its output, to compare every field. */
import {
  type Certificate,
  type CertificateOption,
  fingerprint,
  type KeyKind,
  type Krl,
  type RevokedCertificates,
} from '../src/index.ts';

const NAMES: Record<KeyKind, string> = {
  'ssh-ed25519': 'ED25519',
  'ecdsa-sha2-nistp256': 'ECDSA',
  'ecdsa-sha2-nistp384': 'ECDSA',
  'ecdsa-sha2-nistp521': 'ECDSA',
  'ssh-rsa': 'RSA',
  'sk-ssh-ed25519@openssh.com': 'ED25519-SK',
  'sk-ecdsa-sha2-nistp256@openssh.com': 'ECDSA-SK',
};
/** The names that ssh-keygen knows in each list: options with values, which it shows as text, and flags. */
const CRITICAL = { withValue: ['force-command', 'source-address'], flags: ['verify-required'] };
const EXTENSIONS = {
  withValue: [],
  flags: [
    'no-touch-required',
    'permit-X11-forwarding',
    'permit-agent-forwarding',
    'permit-port-forwarding',
    'permit-pty',
    'permit-user-rc',
  ],
};
const INDENT = ' '.repeat(16);

/** What `ssh-keygen -L` prints about a certificate in the time zone UTC, without its first line. */
export function shownAs(certificate: Certificate): string {
  const { key, authority, signature, keyId, serial, principals } = certificate;
  const type = `${key.kind.replace('@openssh.com', '')}-cert-v01@openssh.com`;
  return [
    `Type: ${type} user certificate`,
    `Public key: ${NAMES[key.kind]}-CERT ${fingerprint(key)}`,
    `Signing CA: ${NAMES[authority.kind]} ${fingerprint(authority)} (using ${signature.algorithm})`,
    `Key ID: "${keyId}"`,
    `Serial: ${serial}`,
    `Valid: ${validity(certificate)}`,
    `Principals: \n${principals.map((principal) => `${INDENT}${principal}`).join('\n')}`,
    `Critical Options: ${list(certificate.criticalOptions, CRITICAL)}`,
    `Extensions: ${list(certificate.extensions, EXTENSIONS)}`,
  ]
    .map((line) => `        ${line}\n`)
    .join('');
}

function validity({ validAfter, validBefore }: Certificate): string {
  const date = (time: number) => new Date(time * 1000).toISOString().slice(0, 19);
  const isEndless = validBefore === Number.POSITIVE_INFINITY;
  if (validAfter === 0) return isEndless ? 'forever' : `before ${date(validBefore)}`;
  return isEndless ? `after ${date(validAfter)}` : `from ${date(validAfter)} to ${date(validBefore)}`;
}

type Known = Readonly<Record<'withValue' | 'flags', readonly string[]>>;

function list(options: readonly CertificateOption[], known: Known): string {
  if (options.length === 0) return '(none)';
  return `\n${options.map((option) => `${INDENT}${described(option, known)}`).join('\n')}`;
}

function described({ name, value }: CertificateOption, { withValue, flags }: Known): string {
  if (value === undefined) return flags.includes(name) ? name : `${name} UNKNOWN FLAG OPTION`;
  if (withValue.includes(name)) return `${name} ${value}`;
  const bytes = Buffer.from(value);
  const length = bytes.length.toString(16).padStart(8, '0');
  return `${name} UNKNOWN OPTION: ${length}${bytes.toString('hex')} (len ${bytes.length + 4})`;
}

/** What `ssh-keygen -Q -l` prints about a revocation list in the time zone UTC. */
export function shownKrl({ version, generatedAt, comment, certificates, keys }: Krl): string {
  const date = new Date(generatedAt * 1000).toISOString().slice(0, 19).replace(/[-:]/g, '');
  const sections = certificates.map(
    (section) =>
      `\n# CA key ${section.authority.kind} ${fingerprint(section.authority)}\n${serials(section).join('')}`,
  );
  return [
    `# KRL version ${version}\n# Generated at ${date}\n`,
    comment === '' ? '' : `# Comment: ${comment}\n`,
    '\n',
    ...keys.map((key) => `hash: ${fingerprint(key)} # ${key.kind}\n`),
    ...sections,
  ].join('');
}

/** The numbers in order. ssh-keygen shows neighbours as a range. */
function serials({ ranges, serials: singles }: RevokedCertificates): string[] {
  const spans = [...ranges, ...singles.map((serial) => ({ first: serial, last: serial }))]
    .map(({ first, last }) => ({ first: BigInt(first), last: BigInt(last) }))
    .sort((a, b) => (a.first < b.first ? -1 : 1));
  const joined: typeof spans = [];
  for (const span of spans) {
    const before = joined.at(-1);
    if (before && before.last + 1n >= span.first) {
      if (span.last > before.last) before.last = span.last;
    } else joined.push(span);
  }
  return joined.map(({ first, last }) =>
    first === last ? `serial: ${first}\n` : `serial: ${first}-${last}\n`,
  );
}
