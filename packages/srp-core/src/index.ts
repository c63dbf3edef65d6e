export type { Argon2Cost } from '@countersign/argon2id';
export {
  type ClientProof,
  type ClientStart,
  checkServer,
  proveClient,
  startClient,
} from './client.ts';
export { type AnyDialect, DIALECTS, type DialectName, type DialectSetting, findDialect } from './dialect.ts';
export {
  checkDialectServer,
  clientPremaster,
  type DialectChallenge,
  type DialectClientProof,
  type DialectClientStart,
  proveDialectClient,
  startDialectClient,
} from './dialect-client.ts';
export { type Replay, replayDialect } from './dialect-replay.ts';
export {
  checkDialectClient,
  type DialectAccount,
  type DialectClientCheck,
  type DialectServerStart,
  restoreDialectServer,
  serverPremaster,
  startDialectServer,
} from './dialect-server.ts';
export type { Dialect, DialectKind, Endings } from './dialect-table.ts';
export type { AnswerTerm, GroupTerm, KeyRule, ProofTerm, PublicTerm } from './dialect-terms.ts';
export { computeDialectVerifier } from './dialect-verifier.ts';
export type { WireForm, WireRule, WireValues } from './dialect-wire.ts';
export { equalBytes } from './encoding.ts';
export { type Engine, engineFor, type SecretExponent } from './engine.ts';
export { portableEngine } from './engine-portable.ts';
export { SrpError, type SrpErrorCode } from './errors.ts';
export {
  findGroup,
  findMigrationGroup,
  type Group,
  type GroupName,
  type MigrationGroupName,
} from './group.ts';
export type { HashName } from './hash.ts';
export {
  type PasswordProblem,
  type PreparedPassword,
  prepareNewPassword,
  preparePassword,
  rawPassword,
} from './password.ts';
export {
  type PasswordFileRow,
  readSrpvfileRow,
  readTpasswdRow,
  writeSrpvfileRow,
  writeTpasswdRow,
} from './password-file.ts';
export { nativeEngine } from './platform.ts';
export { checkPublicValue } from './public-value.ts';
export type { RandomBytes } from './random.ts';
export { type ClientCheck, checkClient, restoreServer, type ServerStart, startServer } from './server.ts';
export { fromSrpBase64, toSrpBase64 } from './srp-base64.ts';
export { standInVerifier } from './stand-in.ts';
export {
  DEFAULT_STRETCH,
  formatStretch,
  isStrongEnough,
  type Pbkdf2Cost,
  parseStretch,
  type ScryptCost,
  type Stretch,
  sameStretch,
} from './stretch.ts';
export { stretchPassword } from './stretch-password.ts';
export { CURRENT_SUITE, findSuite, LEGACY_SUITE, type Suite } from './suite.ts';
export type { TranscriptContext } from './transcript.ts';
export {
  isCanonicalUsername,
  type PreparedUsername,
  prepareUsername,
  type UsernameProblem,
} from './username.ts';
export {
  checkVerifier,
  computeVerifier,
  generateSalt,
  MAX_NAME_LENGTH,
  MAX_SALT_BYTES,
} from './verifier.ts';
export type { XRule } from './x.ts';
