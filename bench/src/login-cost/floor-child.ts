/**
 * A bare TLS 1.3 server that echoes three messages: `node floor-child.js POWERS USERS`.
 *
 * - With 3 POWERS it is the minimum of any login: three bare powers of 3072 bits, with keys parsed in advance.
 * - With 0 POWERS it is TLS alone.
 * - With USERS it also models the system that Countersign replaces (`user-file.ts`).
 */
import { createServer } from 'node:tls';
import { CURRENT_SUITE } from '@countersign/srp-core';
import { generateIdentity } from '@countersign/tls-channel';
import { barePowers } from '../bare-powers.ts';
import { type Listening, MESSAGES, usernameOf } from './client.ts';
import { answerMeter } from './meter.ts';
import { findUser, writeUserFile } from './user-file.ts';

const [powers = 0, users = 0] = process.argv.slice(2).map(Number);
const file = users > 0 ? writeUserFile(users) : undefined;
const power = barePowers(CURRENT_SUITE.group, 1);
const { key, cert } = await generateIdentity({ hosts: ['127.0.0.1'] });
const server = createServer({ key, cert, minVersion: 'TLSv1.3' }, (socket) => {
  let messages = 0;
  socket.setNoDelay();
  socket.on('data', (bytes) => {
    if (messages === 0 && file !== undefined && findUser(file, usernameOf(users - 1)) === undefined)
      throw new Error('the user file cannot be read');
    if (messages < Math.min(powers, MESSAGES)) power();
    messages += 1;
    socket.write(bytes);
  });
  socket.on('end', () => socket.end());
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const facts: Listening = { port: address.port };
  answerMeter(facts, { close: () => void server.close() });
});
