/** A server of two processes that issues certificates to clients. */
import { Client, KnownServers, parseServer } from '@countersign/auth-client';
import { ed25519PublicKey } from '@countersign/ssh-core';
import { computeCode, TotpSecret } from '@countersign/totp-core';
import { expect, it } from 'vitest';
import { dataDir, folder, PASSPHRASE, Program } from './program.ts';
import { atNow, realNow } from './ssh-host.ts';

const publicKey = ed25519PublicKey(crypto.getRandomValues(new Uint8Array(32)));
const codeOf = (key: string, ahead = 0) =>
  computeCode({ secret: TotpSecret.fromBase32(key), time: Date.now() / 1000 + ahead });

it('--ssh-hours reaches the workers, and a user who registers as root gets no certificate', async () => {
  const dir = await dataDir();
  const args = ['start', '--data-dir', dir, '--port', '0', '--json', '--workers', '2', '--ssh-hours', '3'];
  const program = new Program(args, { input: `${PASSPHRASE}\n` });
  const { port, pin } = await program.listening();
  const registered = async (name: string) => {
    const knownServers = new KnownServers(folder());
    const client = new Client({ server: parseServer(`127.0.0.1:${port}`), pin, knownServers });
    const enrolment = await client.register({ name, password: 'open sesame' });
    const { key = '' } = enrolment;
    expect(await enrolment.confirm(codeOf(key))).toMatchObject({ ok: true });
    return async () => {
      const answer = await (await client.login(name, 'open sesame')).submit({
        kind: 'totp',
        code: codeOf(key, 30),
      });
      if (!answer.ok) throw new Error('the code was refused');
      return answer.result;
    };
  };
  const logIn = await registered('alice');
  const logInAsRoot = await registered('root');
  for (const command of ['ssh role add root', 'user roles alice +root'])
    expect(await atNow(dir, command)).toMatchObject({ exit: 0 });

  const session = await logIn();
  const issued = await session.certify({ publicKey });
  expect(issued.principals).toEqual(['root']);
  expect(Math.abs(issued.validBefore - realNow() - 3 * 3600)).toBeLessThan(60);
  await session.close();

  const outsider = await logInAsRoot();
  await expect(outsider.certify({ publicKey, roles: ['root'] })).rejects.toMatchObject({
    code: 'role_missing',
  });
  await outsider.close();
});
