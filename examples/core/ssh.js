// SSH: a certificate for a user's key, and a list that revokes it.
import { generateKeyPairSync, randomInt, sign } from 'node:crypto';
import * as ssh from '@countersign/ssh-core';

const pair = generateKeyPairSync('ed25519'); // the authority: hosts trust its public key
const authority = ssh.ed25519PublicKey(
  Buffer.from(pair.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'),
);
console.log(`TrustedUserCAKeys: ${ssh.formatLine(authority, 'authority').slice(0, 11)} …`);

const now = Math.floor(Date.now() / 1000);
const certificate = await ssh.issueCertificate({
  key: ssh.parsePublicKey(
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKC+LR5TpKlykoRHAf7RM8HUeCDOc7hgcHoH/C2f1xMD alice@laptop',
  ),
  serial: ssh.makeSerial({ time: now, randomBits: randomInt(2 ** 31) }),
  keyId: ssh.formatKeyId({ username: 'alice', uid: 'Zm9vYmFy' }),
  principals: ['deploy'], // the Unix accounts that it opens
  validAfter: now - 60,
  validBefore: now + 8 * 3600,
  extensions: [{ name: 'permit-pty' }],
  authority,
  sign: (message) => sign(null, message, pair.privateKey),
});
const line = ssh.formatLine(certificate, 'alice'); // the file id_ed25519-cert.pub
console.log(line.slice(0, 28), 'for', ssh.parseCertificate(line).principals.join(' '));

const revoked = [{ authority, ranges: [], serials: [certificate.serial] }];
const list = ssh.encodeKrl({ version: now, generatedAt: now, certificates: revoked }); // the file of RevokedKeys in sshd_config
console.log('a revocation list of', list.length, 'bytes');
