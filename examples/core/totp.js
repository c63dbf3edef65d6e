// TOTP: a server enrols an authenticator app, then accepts each code once.
import { computeCode, Enrolment, parseOtpauth, verifyCode } from '@countersign/totp-core';

const now = Math.floor(Date.now() / 1000);
const enrolment = new Enrolment({ issuer: 'Example Team', account: 'alice', time: now });
const { otpauth } = enrolment.reveal(); // shown as a QR code: qrForTerminal, qrSvg

const app = parseOtpauth(otpauth); // what the app does when it scans the code
if (!app.ok || app.otpauth.type !== 'totp') throw new Error('not a TOTP key');
const late = enrolment.submit({ code: computeCode({ ...app.otpauth, time: now - 300 }), time: now });
if (late.outcome === 'rejected') console.log(late.message);
const first = enrolment.submit({ code: computeCode({ ...app.otpauth, time: now }), time: now });
if (first.outcome !== 'confirmed') throw new Error(first.message);

const { secret, profile, step } = first; // what the server stores
const code = computeCode({ ...app.otpauth, time: now + 30 });
const login = verifyCode({ secret, profile, code, time: now + 30, after: step });
console.log('login:', login.ok);
const again = verifyCode({ secret, profile, code, time: now + 31, after: login.ok ? login.step : step });
console.log('the same code again:', again.ok);
