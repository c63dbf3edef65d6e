export { type AgentIdentity, type AgentReply, AgentReplyDecoder } from './agent/reply.ts';
export {
  type AgentAddition,
  encodeAddRequest,
  encodeListRequest,
  encodeRemoveRequest,
} from './agent/request.ts';
export type { Certificate, CertificateContent } from './certificate/certificate.ts';
export { decodeCertificate, parseCertificate } from './certificate/decode.ts';
export { type CertificateRequest, issueCertificate } from './certificate/issue.ts';
export { formatKeyId, type KeyId, parseKeyId } from './certificate/key-id.ts';
export type { CertificateOption } from './certificate/option.ts';
export { lastSerialOf, makeSerial } from './certificate/serial.ts';
export type { CertificateSignature } from './certificate/signature.ts';
export { SshError, type SshErrorCode } from './errors.ts';
export type { KeyKind } from './keys/kind.ts';
export { formatLine, parsePublicKey } from './keys/line.ts';
export { ed25519PublicKey, fingerprint, type PublicKey } from './keys/public-key.ts';
export { decodeKrl } from './krl/decode.ts';
export { encodeKrl, type KrlContent } from './krl/encode.ts';
export type { Krl, RevokedCertificates, SerialRange } from './krl/krl.ts';
