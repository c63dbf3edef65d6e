export { type Address, formatAddress, parseAddress } from './address.ts';
export {
  type CertificateOptions,
  generateIdentity,
  type Identity,
  namesOf,
  openIdentity,
  renewCertificate,
} from './certificate.ts';
export { type ChainProblem, chainProblems } from './chain.ts';
export type { Channel } from './channel.ts';
export { type ConnectOptions, connectTls, type Trust } from './connect.ts';
export { type Deadline, SYSTEM_TIMERS, type Timers } from './deadline.ts';
export { ChannelError, type ChannelErrorCode } from './errors.ts';
export { type FollowOptions, followFiles } from './follow-files.ts';
export type { Arrival } from './handshake.ts';
export { makeIdentityFiles, ownHostName, placeIdentityFiles } from './identity-files.ts';
export { type Listener, type ListenOptions, listenTls } from './listen.ts';
export { isPin, pinOf } from './pin.ts';
export { ALPN } from './tls-options.ts';
