// A store of validated, encrypted records, here in memory. With lmdbBackend or postgresBackend it is on disk.
import { memoryBackend, openStore } from '@countersign/secure-store';
import { z } from 'zod';

const store = await openStore({
  backend: memoryBackend(),
  passphrase: 'correct horse battery',
  create: 'if-empty',
});
const accounts = store.collection('accounts', z.strictObject({ balance: z.number().int().min(0) }));
await accounts.insert('alice', { balance: 10 });
await accounts.insert('bob', { balance: 0 });

const [alice, bob] = [await accounts.get('alice'), await accounts.get('bob')];
if (!alice || !bob) throw new Error('no such account');
const transfer = [accounts.replacing(alice, { balance: 3 }), accounts.replacing(bob, { balance: 7 })];
await store.commit(transfer); // both or neither, if neither has changed since it was read
for await (const { id, value } of accounts.entries()) console.log(id, value.balance);
await store.commit(transfer).catch((error) => console.log('again:', error.code));

await store.keys.rotate(); // a new key; every record is encrypted again
console.log('damaged records:', (await store.check()).bad.length);
await store.close();
