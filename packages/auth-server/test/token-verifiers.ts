/** Independent programs that verify tokens with the keys from the public HTTP port. */
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { spawn } from '../../../scripts/child-process.mjs';
import { ISSUER } from './token-world.ts';

export interface Question {
  readonly token: string;
  readonly audience: string;
}

/** Returns for each question the uid that the token is for, or `undefined` if the verifier refuses it. */
export type Verifier = (port: number, questions: readonly Question[]) => Promise<(string | undefined)[]>;

/** The address at which a verifier finds what the issuer publishes, behind a proxy in reality. */
const here = (port: number, url: string) => url.replace(ISSUER, `http://127.0.0.1:${port}`);

export const withJose: Verifier = async (port, questions) => {
  const keys = createRemoteJWKSet(new URL(here(port, `${ISSUER}/jwks.json`)), { cooldownDuration: 0 });
  const options = { issuer: ISSUER, algorithms: ['ES256'], typ: 'at+jwt' };
  const verify = async ({ token, audience }: Question) =>
    (await jwtVerify(token, keys, { ...options, audience })).payload.sub;
  return Promise.all(questions.map((question) => verify(question).catch(() => undefined)));
};

export const withOauth4webapi: Verifier = async (port, questions) => {
  const customFetch = (url: string, options: { method: string; headers: Record<string, string> }) =>
    fetch(here(port, url), { method: options.method, headers: options.headers });
  const issuer = new URL(ISSUER);
  const answer = await oauth.discoveryRequest(issuer, { [oauth.customFetch]: customFetch });
  const server = await oauth.processDiscoveryResponse(issuer, answer);
  const verify = async ({ token, audience }: Question) => {
    const request = new Request(audience, { headers: { authorization: `Bearer ${token}` } });
    const options = { [oauth.customFetch]: customFetch, signingAlgorithms: ['ES256'] };
    return (await oauth.validateJwtAccessToken(server, request, audience, options)).sub;
  };
  return Promise.all(questions.map((question) => verify(question).catch(() => undefined)));
};

const PYTHON = `
import json, sys, jwt
asked = json.load(sys.stdin)
client = jwt.PyJWKClient(asked["jwks"])
for question in asked["questions"]:
    try:
        key = client.get_signing_key_from_jwt(question["token"]).key
        claims = jwt.decode(question["token"], key, algorithms=["ES256"],
                            issuer=asked["issuer"], audience=question["audience"])
        print(json.dumps(claims["sub"]))
    except jwt.exceptions.PyJWTError:
        print("null")
`;

export const withPyJwt: Verifier = async (port, questions) => {
  const child = spawn('/usr/bin/python3', ['-c', PYTHON], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify({ jwks: here(port, `${ISSUER}/jwks.json`), issuer: ISSUER, questions }));
  let printed = '';
  for await (const chunk of child.stdout) printed += chunk;
  return printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) ?? undefined);
};
