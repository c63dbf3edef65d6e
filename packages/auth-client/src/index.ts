export {
  type AccountFacts,
  AccountSession,
  type FailedSince,
  type IssuedToken,
  type LoginTimes,
} from './account-session.ts';
export {
  type Answer,
  FACTORS,
  type Factor,
  type FactorReading,
  type Rejection,
  readFactor,
} from './answer.ts';
export { Client, type ClientOptions, type Probed, type Registered, type Registration } from './client.ts';
export { checkNewPassword, checkUsername, type NewCredential } from './credential.ts';
export { Enrolment } from './enrolment.ts';
export { ClientError, type ClientErrorCode, type Pins } from './errors.ts';
export { checkAuthorities, checkPin } from './given-trust.ts';
export { type Invitation, PastedInvitation, parseInvitation } from './invitation.ts';
export { type DevicePlace, KnownDevices } from './known/devices.ts';
export { type KnownServer, KnownServers } from './known/servers.ts';
export { type CodeStep, type NextStep, PendingLogin } from './login.ts';
export { PendingReset } from './password-reset.ts';
export { formatServer, parseServer, type ServerAddress } from './server-address.ts';
