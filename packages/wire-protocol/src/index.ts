export { base64urlDecode, base64urlEncode } from './base64url.ts';
export type { ClientMessage, ClientMessageType } from './client-messages.ts';
export { Connection } from './connection.ts';
export { printDiagram } from './diagram.ts';
export {
  type LocalProtocolCode,
  LocalProtocolError,
  type RemoteProtocolCode,
  RemoteProtocolError,
  WireError,
  type WireErrorCode,
} from './errors.ts';
export type { ErrorCode, Factor, Hint, WireStretch } from './fields.ts';
export { MAX_FRAME_BYTES } from './frame.ts';
export {
  formatInvitation,
  type Invitation,
  type InvitationProblem,
  type InvitationReading,
  MAX_INVITATION_BYTES,
  readInvitation,
} from './invitation.ts';
export type { Message, MessageType } from './message.ts';
export type { ServerMessage, ServerMessageType } from './server-messages.ts';
export { nextState, type Role, type State, TRANSITIONS, turnOf } from './states.ts';
