// The protocol without sockets: messages to bytes and back, in the order that both sides agree on.
import { Connection, RemoteProtocolError } from '@countersign/wire-protocol';

const client = new Connection({ role: 'client' });
const server = new Connection({ role: 'server' });

const bytes = client.send({
  type: 'login.start',
  username: 'alice',
  suite: '3072-sha256',
  A: new Uint8Array(384),
});
console.log('one frame of', bytes.length, 'bytes');
for (const byte of bytes) // bytes can arrive in any pieces
  for (const message of server.receive(Uint8Array.of(byte))) console.log('server received', message.type);

try {
  server.receive(bytes); // a second login.start is not allowed now
} catch (error) {
  if (error instanceof RemoteProtocolError) console.log('refused:', error.code);
}
