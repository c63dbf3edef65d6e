export { AuthError, type AuthErrorCode } from './errors.ts';
export { DEFAULT_LIMITS, type Limits, limitsSchema } from './limits/limits.ts';
export type { AuthServer, ChangeableOptions, ServerEvent, ServerOptions } from './listener/options.ts';
export { startAuthServer } from './listener/server.ts';
export type { LoginToDecide, OnLogin } from './session/on-login.ts';
export type { ChannelFacts } from './session/phase.ts';
export {
  type CompletedLogin,
  createServices,
  DEFAULT_SERVER_PROFILE,
  type Profile,
  type RegistrationPolicy,
  type ServiceOptions,
  type Services,
} from './session/services.ts';
export { Session } from './session/session.ts';
