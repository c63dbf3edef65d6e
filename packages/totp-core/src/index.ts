export { groupKey } from './base32.ts';
export { computeCode, computeHotp, parseCode, stepOf } from './code.ts';
export {
  AUTHENTICATOR_APPS,
  type AuthenticatorApp,
  type CompatibilityWarning,
  compatibilityWarnings,
  type Support,
} from './compatibility.ts';
export type { Diagnosis, DiagnosisCause } from './diagnosis.ts';
export { Enrolment, type EnrolmentAnswer, type EnrolmentEnd, type EnrolmentOptions } from './enrolment.ts';
export { TotpError, type TotpErrorCode } from './errors.ts';
export { explainDiagnosis, type Hint } from './explanation.ts';
export { parseOtpauth } from './otpauth/read.ts';
export type {
  HotpUri,
  Otpauth,
  OtpauthProblem,
  OtpauthReading,
  OtpauthWarning,
  ReadingMode,
  SteamUri,
  TotpUri,
} from './otpauth/uri.ts';
export { formatOtpauth } from './otpauth/write.ts';
export { DEFAULT_PROFILE, type TotpAlgorithm, type TotpDigits, type TotpProfile } from './profile.ts';
export { qrPng } from './qr/png.ts';
export { qrSvg } from './qr/svg.ts';
export { qrForTerminal, type TerminalQr, type TerminalQrOptions, type TerminalStyle } from './qr/terminal.ts';
export type { RandomBytes } from './random.ts';
export {
  generateRecoveryCodes,
  hashRecoveryCode,
  matchRecoveryCode,
  parseRecoveryCode,
  type RecoveryCodeMatch,
  type RecoveryCodeReading,
} from './recovery-code.ts';
export { TotpSecret } from './secret.ts';
export { computeSteamCode } from './steam.ts';
export { type StepWindow, type Verification, verifyCode } from './verify.ts';
