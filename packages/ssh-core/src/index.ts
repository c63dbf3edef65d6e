export {
  type AgentIdentity,
  type AgentReply,
  AgentReplyDecoder,
  MAX_AGENT_REPLY_BYTES,
} from './agent/reply.ts';
export {
  type AgentAddition,
  encodeAddRequest,
  encodeListRequest,
  encodeRemoveRequest,
} from './agent/request.ts';
export type { Certificate, CertificateContent } from './certificate/certificate.ts';
export { MAX_CERTIFICATE_BYTES } from './certificate/certificate.ts';
export { decodeCertificate, parseCertificate } from './certificate/decode.ts';
export { type CertificateRequest, issueCertificate } from './certificate/issue.ts';
export { formatKeyId, type KeyId, parseKeyId } from './certificate/key-id.ts';
export type { CertificateOption } from './certificate/option.ts';
export { lastSerialOf, makeSerial, timeOfSerial } from './certificate/serial.ts';
export type { CertificateSignature } from './certificate/signature.ts';
export { SshError, type SshErrorCode } from './errors.ts';
export { KEY_KINDS, type KeyKind } from './keys/kind.ts';
export { formatLine, parsePublicKey } from './keys/line.ts';
export {
  decodePublicKey,
  ed25519PublicKey,
  fingerprint,
  MAX_KEY_BYTES,
  type PublicKey,
} from './keys/public-key.ts';
export { decodeKrl } from './krl/decode.ts';
export { encodeKrl, type KrlContent } from './krl/encode.ts';
export { type Krl, MAX_KRL_BYTES, type RevokedCertificates, type SerialRange } from './krl/krl.ts';
