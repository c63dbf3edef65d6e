export {
  type AccountFacts,
  AccountSession,
  type Factor,
  type FailedSince,
  type Paid,
} from './account-session.ts';
export { Client, type ClientOptions, type Registered } from './client.ts';
export { checkNewPassword, checkUsername, type NewCredential } from './credential.ts';
export { Enrolment, type Rejection } from './enrolment.ts';
export { ClientError, type ClientErrorCode, type Pins } from './errors.ts';
export { type Invitation, parseInvitation } from './invitation.ts';
export { type DevicePlace, KnownDevices } from './known-devices.ts';
export { type KnownServer, KnownServers } from './known-servers.ts';
export { type FactorAnswer, PendingLogin } from './login.ts';
export type { Terms } from './proof.ts';
export { formatServer, parseServer, type ServerAddress } from './server-address.ts';
