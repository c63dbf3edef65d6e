export type { ClientMessage } from './client-messages.ts';
export { Connection } from './connection.ts';
export {
  type LocalProtocolCode,
  LocalProtocolError,
  type RemoteProtocolCode,
  RemoteProtocolError,
} from './errors.ts';
export {
  type ErrorCode,
  FACTORS,
  type Factor,
  type FactorKind,
  forEachSubmit,
  MOST_ROLES,
  MOST_TOKEN_SECONDS,
  ROLE_FORM,
  type SubmitType,
  type WireStretch,
} from './fields.ts';
export {
  formatInvitation,
  type Invitation,
  type InvitationProblem,
  type InvitationReading,
  readInvitation,
} from './invitation.ts';
export type { Message } from './message.ts';
export type { ServerMessage, ServerMessageType } from './server-messages.ts';
export { type Role, type State, TRANSITIONS } from './states.ts';
