/**
 * The server's self-signed certificate: P-256 with SHA-256, for the host names and addresses of the server.
 * Clients pin its key, not its dates or names, so renewing it with the same key changes nothing for them.
 * Names and dates matter for clients that use the certificate as an authority (`--ca`).
 */
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { isIP, isIPv6, SocketAddress } from 'node:net';
import { createSecureContext } from 'node:tls';
import { domainToASCII } from 'node:url';
import { ChannelError } from './errors.ts';
import { TLS_OPTIONS } from './tls-options.ts';

/** A key (PKCS #8, secret: its file is for the owner alone) and a certificate, both PEM. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** Options of a new certificate. */
export interface CertificateOptions {
  /** The names and IP addresses of the server. */
  readonly hosts: readonly string[];
  /** Days of validity from now on; default ten years. */
  readonly days?: number | undefined;
  readonly now?: Date | undefined;
}

const DAY = 86_400_000;
/** Backdating, so that clients with slow clocks accept the certificate. */
const EARLIER = 3_600_000;

/**
 * Creates a certificate, with a new key unless `keyPair` (PEM) is given.
 *
 * @throws {RangeError} for hosts and days that a certificate cannot contain
 * @throws {ChannelError} bad_certificate if the key is not P-256
 * @throws {ChannelError} missing_package if the optional peer dependency `selfsigned` is not installed
 */
export async function generateIdentity({
  hosts,
  days = 3650,
  now = new Date(),
  keyPair,
}: CertificateOptions & {
  readonly keyPair?: { readonly privateKey: string; readonly publicKey: string } | undefined;
}): Promise<Identity> {
  if (!Number.isSafeInteger(days) || days < 1 || days > 36_500)
    throw new RangeError(`"days" expected 1 to 36500, got ${days}`);
  if (hosts.length === 0) throw new RangeError('"hosts" expected at least one, got none');
  const altNames = hosts.map(alternativeName).filter((name) => name !== undefined);
  if (altNames.length < hosts.length)
    throw new RangeError('"hosts" expected names and IP addresses, got something else');
  // Loading takes 40 ms, so only callers that create a certificate pay for it.
  const { generate } = await import('selfsigned').catch(refuseWithoutPackage);
  const made = await generate([{ name: 'commonName', value: 'countersign' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now.getTime() - EARLIER),
    notAfterDate: new Date(now.getTime() + days * DAY),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ],
    ...(keyPair && { keyPair }),
  });
  return { key: made.private, cert: made.cert };
}

/**
 * Creates a new certificate for the same key, and for the same hosts unless `hosts` is given. The pin does
 * not change.
 *
 * @throws {ChannelError} bad_certificate if the key is not P-256
 * @throws {ChannelError} missing_package as `generateIdentity`
 */
export async function renewCertificate({
  key,
  cert,
  hosts,
  ...options
}: Identity &
  Omit<CertificateOptions, 'hosts'> & { readonly hosts?: readonly string[] | undefined }): Promise<Identity> {
  const { certificate, privateKey } = openIdentity({ key, cert });
  if (privateKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new ChannelError('bad_certificate', 'only a generated P-256 key can be renewed here');
  return generateIdentity({
    ...options,
    hosts: hosts ?? namesOf(certificate),
    keyPair: {
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
    },
  });
}

function refuseWithoutPackage(cause: unknown): never {
  throw new ChannelError(
    'missing_package',
    'the package selfsigned cannot be loaded, which creates certificates. Install it: npm install selfsigned',
    { cause },
  );
}

/** The curves of TLS 1.3 that Node can sign with (RFC 8446 §4.2.3), by OpenSSL name. */
const CURVES = ['prime256v1', 'secp384r1', 'secp521r1'];
const KINDS = ['rsa', 'rsa-pss', 'ed25519', 'ed448'];

/**
 * Parses a key and certificate, and checks that they belong together and that TLS 1.3 can use them.
 *
 * @throws {ChannelError} bad_certificate with the reason: not PEM, an encrypted key, a key of another
 *   certificate, a type of key that TLS 1.3 does not support, or one that OpenSSL considers too weak
 */
export function openIdentity({ key, cert }: Identity): {
  certificate: X509Certificate;
  privateKey: KeyObject;
} {
  const certificate = checkCertificate(cert);
  if (/^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(key))
    throw new ChannelError(
      'bad_certificate',
      'the private key is encrypted with a passphrase; decrypt it first (openssl pkey -in KEY -out PLAIN)',
    );
  const privateKey = parse('private key', () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey))
    throw new ChannelError('bad_certificate', 'the private key does not belong to the certificate');
  checkKeyKind(privateKey);
  try {
    createSecureContext({ ...TLS_OPTIONS, key, cert });
  } catch (cause) {
    throw new ChannelError('bad_certificate', 'OpenSSL does not accept this key and certificate for TLS', {
      cause,
    });
  }
  return { certificate, privateKey };
}

/** @throws {ChannelError} bad_certificate if no signature scheme of TLS 1.3 supports the key */
function checkKeyKind({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): void {
  const kind = String(asymmetricKeyType);
  const curve = asymmetricKeyDetails?.namedCurve ?? '';
  if (kind === 'ec' ? CURVES.includes(curve) : KINDS.includes(kind)) return;
  const what = kind === 'ec' ? `on the curve ${curve}` : `of type ${kind}`;
  throw new ChannelError(
    'bad_certificate',
    `TLS 1.3 cannot use a key ${what}; it supports P-256, P-384, P-521, Ed25519, Ed448 and RSA`,
  );
}

/**
 * Parses a certificate.
 *
 * @throws {ChannelError} bad_certificate unless the text begins with a certificate in PEM
 */
export function checkCertificate(cert: string): X509Certificate {
  return parse('certificate', () => new X509Certificate(cert));
}

function parse<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch {
    // Without the cause, which could quote the key.
    throw new ChannelError('bad_certificate', `not a ${what} in PEM`);
  }
}

/** Returns a host as it stands in a certificate; `undefined` unless it is an IP address without a zone, or a name. */
export function alternativeName(
  host: string,
): { type: 7; ip: string } | { type: 2; value: string } | undefined {
  if (isIP(host) && !host.includes('%')) return { type: 7, ip: host };
  // `domainToASCII` would remove line breaks.
  const value = /\s/.test(host) ? '' : domainToASCII(host);
  return /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_.-]*[a-z0-9])?$/.test(value) ? { type: 2, value } : undefined;
}

/** Returns the host names and addresses of a certificate in their usual form: in lower case, IPv6 addresses shortened. */
export function namesOf(certificate: X509Certificate): string[] {
  const names = certificate.subjectAltName?.split(', ') ?? [];
  return names
    .map((name) => name.replace(/^(DNS|IP Address):/, '').toLowerCase())
    .map((name) => (isIPv6(name) ? new SocketAddress({ address: name, family: 'ipv6' }).address : name));
}
