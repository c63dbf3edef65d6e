/**
 * The client of the notes service.
 *
 *     node client.js register NAME
 *     node client.js add NAME 'TEXT'
 *     node client.js list NAME
 */
import { mkdirSync } from 'node:fs';
import { Client, FACTORS, KnownServers, parseServer, readFactor } from '@countersign/auth-client';
import { openPrompts, runMain } from '@countersign/terminal';
import { qrForTerminal } from '@countersign/totp-core';

const AUDIENCE = 'http://localhost:8080';

await runMain(async ([command = '', name = '', text = ''], io) => {
  mkdirSync('notes-client', { recursive: true, mode: 0o700 });
  const client = new Client({
    server: parseServer('localhost:8443'),
    knownServers: new KnownServers('notes-client'), // remembers the server's key
  });
  const prompts = openPrompts(io);
  const password = await prompts.secret({ message: 'Password' });

  if (command === 'register') {
    const { pin: confirmedPin } = await client.probe(); // a user compares it with the one that the server prints
    console.log(`The server shows ${confirmedPin}`);
    const enrolment = await client.register({ name, password, confirmedPin });
    const qr = qrForTerminal(enrolment.otpauth, { columns: 80, rows: 60 });
    if (qr.ok) console.log(qr.text);
    console.log(`Key: ${enrolment.key}`);
    const registered = await enrolment.confirm(await prompts.text({ message: 'First code' }));
    prompts.close();
    if (!registered.ok) throw new Error(registered.message);
    console.log('Recovery codes:', registered.result.recoveryCodes.join(' '));
    return 0;
  }

  const login = await client.login(name, password);
  const read = readFactor(await prompts.text({ message: 'Code' }), FACTORS);
  prompts.close();
  if (!read.ok) throw new Error('not a code');
  const answer = await login.submit(read.factor);
  if (!answer.ok) throw new Error(answer.message);
  const session = answer.result;
  const { token } = await session.issueToken({ audience: AUDIENCE });
  await session.close();
  const method = command === 'add' ? 'POST' : 'GET';
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(AUDIENCE, { method, headers, ...(method === 'POST' ? { body: text } : {}) });
  process.stdout.write(await response.text());
  return 0;
});
