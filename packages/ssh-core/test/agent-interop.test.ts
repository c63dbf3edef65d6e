import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import {
  type Certificate,
  encodeAddRequest,
  encodeListRequest,
  encodeRemoveRequest,
  fingerprint,
  formatLine,
  issueCertificate,
} from '../src/index.ts';
import { makePair } from './authority.ts';
import { string } from './blobs.ts';
import { SshAgent } from './ssh-agent.ts';

withCounterpart('ssh-keygen', 'with a real ssh-agent', () => {
  const user = makePair();
  const authority = makePair();
  let folder = '';
  let agent: SshAgent;
  let certificate: Certificate;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-agent-'));
    agent = await SshAgent.start(folder);
    const times = { validAfter: 1, validBefore: 2 ** 31 };
    const content = { key: user.key, serial: '7', keyId: 'alice', principals: ['web'], ...times };
    certificate = await issueCertificate({ ...content, authority: authority.key, sign: authority.sign });
  });
  afterEach(() => {
    agent.stop();
    rmSync(folder, { recursive: true });
  });

  const add = (lifetime = 3600, identity: { blob: Uint8Array } = certificate) =>
    agent.ask(encodeAddRequest({ identity, seed: user.seed, comment: 'alice@server', lifetime }));
  const list = () => agent.ask(encodeListRequest());
  const listed = (...identities: { blob: Uint8Array }[]) => ({
    type: 'identities',
    identities: identities.map(({ blob }) => ({ blob, comment: 'alice@server' })),
  });

  it('it accepts a certificate with a lifetime, lists it and shows it to ssh-add', async () => {
    expect(await list()).toEqual(listed());
    expect(await add()).toEqual({ type: 'success' });
    expect(await list()).toEqual(listed(certificate));
    expect(agent.sshAdd('-L')).toBe(`${formatLine(certificate, 'alice@server')}\n`);
    expect(agent.sshAdd('-l')).toContain(`${fingerprint(user.key)} alice@server (ED25519-CERT)`);
  });

  it('it keeps one entry of a certificate that is added twice, beside its plain key', async () => {
    await add();
    await add();
    expect(await add(3600, user.key)).toEqual({ type: 'success' });
    expect(await list()).toEqual(listed(certificate, user.key));
  });

  it('it removes what it has, and fails for what it does not have', async () => {
    await add();
    await add(3600, user.key);
    expect(await agent.ask(encodeRemoveRequest(certificate))).toEqual({ type: 'success' });
    expect(await list()).toEqual(listed(user.key));
    expect(await agent.ask(encodeRemoveRequest(certificate))).toEqual({ type: 'failure' });
  });

  it('it forgets a certificate when its lifetime is over', async () => {
    const started = performance.now();
    await add(1);
    let now = await list();
    while (now.type === 'identities' && now.identities.length > 0 && performance.now() - started < 20_000)
      now = await list();
    expect(now).toEqual(listed());
  });

  it('it lists nothing and accepts nothing while it is locked', async () => {
    await add();
    const [lock, unlock] = [22, 23].map((type) => string(Buffer.concat([Buffer.of(type), string('secret')])));
    expect(await agent.ask(lock ?? new Uint8Array())).toEqual({ type: 'success' });
    expect(await list()).toEqual(listed());
    expect(await add()).toEqual({ type: 'failure' });
    expect(await agent.ask(unlock ?? new Uint8Array())).toEqual({ type: 'success' });
    expect(await list()).toEqual(listed(certificate));
  });
});
