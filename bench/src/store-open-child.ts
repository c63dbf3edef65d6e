/** A fresh process that opens the store in the given folder and prints the cost. */
import { openLmdbStore } from './store-place.ts';

const [dir = ''] = process.argv.slice(2);
const memory = process.memoryUsage.rss();
const started = performance.now();
const store = await openLmdbStore(dir);
const milliseconds = performance.now() - started;
const mebibytes = (process.memoryUsage.rss() - memory) / 2 ** 20;
await store.close();
console.log(JSON.stringify({ milliseconds, mebibytes }));
