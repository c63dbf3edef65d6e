/**
 * The minimum of any login: a bare TLS 1.3 server that echoes three messages and computes three bare powers
 * of 3072 bits, with keys parsed in advance.
 */
import { createServer } from 'node:tls';
import { CURRENT_SUITE } from '@countersign/srp-core';
import { generateIdentity } from '@countersign/tls-channel';
import { barePowers } from './bare-powers.ts';
import { MESSAGES } from './login-cost-client.ts';
import { answerMeter } from './login-cost-meter.ts';

const power = barePowers(CURRENT_SUITE.group, 1);
const { key, cert } = await generateIdentity({ hosts: ['127.0.0.1'] });
const server = createServer({ key, cert, minVersion: 'TLSv1.3' }, (socket) => {
  let powers = 0;
  socket.setNoDelay();
  socket.on('data', (bytes) => {
    if (powers < MESSAGES) power();
    powers += 1;
    socket.write(bytes);
  });
  socket.on('end', () => socket.end());
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  answerMeter({ port: address.port }, { close: () => void server.close() });
});
