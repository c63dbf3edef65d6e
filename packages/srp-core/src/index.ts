export type { Argon2Cost } from '@countersign/argon2id';
export { type ClientProof, type ClientStart, checkServer, proveClient, startClient } from './client.ts';
export {
  checkDialectServer,
  clientPremaster,
  computeDialectVerifier,
  type DialectChallenge,
  type DialectClientProof,
  type DialectClientStart,
  proveDialectClient,
  startDialectClient,
} from './dialect/client.ts';
export { DIALECTS } from './dialect/dialect.ts';
export type { DialectSetting } from './dialect/formulas.ts';
export { type PasswordFileRow, readSrpvfileRow, readTpasswdRow } from './dialect/password-file.ts';
export { type Replay, replayDialect } from './dialect/replay.ts';
export {
  checkDialectClient,
  type DialectAccount,
  type DialectClientCheck,
  type DialectServerStart,
  serverPremaster,
  startDialectServer,
} from './dialect/server.ts';
export type { Dialect, DialectKind, Endings } from './dialect/table.ts';
export type { AnswerTerm, GroupTerm, KeyRule, ProofTerm, PublicTerm } from './dialect/terms.ts';
export type { WireForm, WireRule, WireValues } from './dialect/wire.ts';
export { engineFor } from './engine/engine.ts';
export type { Engine, SecretExponent } from './engine/interface.ts';
export { portableEngine } from './engine/portable.ts';
export type { RandomBytes } from './ephemeral.ts';
export { SrpError, type SrpErrorCode } from './errors.ts';
export {
  findGroup,
  findMigrationGroup,
  type Group,
  type GroupName,
  type MigrationGroupName,
} from './group.ts';
export type { HashName } from './hash.ts';
export { nativeEngine } from './platform.ts';
export { checkPublicValue } from './public-value.ts';
export { type ClientCheck, checkClient, restoreServer, type ServerStart, startServer } from './server.ts';
export { standInVerifier } from './stand-in.ts';
export { DEFAULT_STRETCH, isStrongEnough, type Stretch, sameStretch, stretchPassword } from './stretch.ts';
export { CURRENT_SUITE, findSuite, LEGACY_SUITE, type Suite } from './suite.ts';
export {
  type PasswordProblem,
  type PreparedPassword,
  prepareNewPassword,
  preparePassword,
  rawPassword,
} from './text/password.ts';
export {
  isCanonicalUsername,
  type PreparedUsername,
  prepareUsername,
  type UsernameProblem,
} from './text/username.ts';
export type { TranscriptContext } from './transcript.ts';
export { checkVerifier, computeVerifier, generateSalt, MAX_NAME_LENGTH, MAX_SALT_BYTES } from './verifier.ts';
export type { XRule } from './x.ts';
