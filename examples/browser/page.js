// SRP-6a and TOTP in a browser. Bundle it with any bundler: esbuild --bundle --format=esm page.js
import * as srp from '@countersign/srp-core';
import { computeCode, Enrolment, parseOtpauth, qrSvg } from '@countersign/totp-core';

/** Registers a user: only the salt and the verifier leave the page. */
export async function register(username, typed) {
  const prepared = srp.preparePassword(typed);
  if (!prepared.ok) return { problem: prepared.problem };
  const salt = srp.generateSalt();
  const stretch = { name: 'argon2id', m: 8192, t: 5, p: 1 }; // less than on a server: this is JavaScript, on phones too
  const password = await srp.stretchPassword({ password: prepared.password, salt, stretch });
  const verifier = srp.computeVerifier({ suite: srp.CURRENT_SUITE, identity: username, password, salt });
  return { salt, stretch, verifier };
}

/** Shows the QR code of a new authenticator in an element, and returns a function that checks its first code. */
export function showEnrolment(element, account) {
  const time = () => Math.floor(Date.now() / 1000);
  const enrolment = new Enrolment({ issuer: 'Example Team', account, time: time() });
  const { otpauth } = enrolment.reveal();
  element.innerHTML = qrSvg(otpauth);
  return { otpauth, confirm: (code) => enrolment.submit({ code, time: time() }).outcome };
}

/** Returns the code that the user's app would show, for trying the page without one. */
export function codeOf(otpauth) {
  const parsed = parseOtpauth(otpauth);
  if (!parsed.ok || parsed.otpauth.type !== 'totp') throw new Error('not a TOTP key');
  return computeCode({ ...parsed.otpauth, time: Math.floor(Date.now() / 1000) });
}
