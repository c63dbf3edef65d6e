/** One fresh process: opens the store in the folder it is given, and prints what that took. */
import { openLmdbStore } from './store-place.ts';

const [dir = ''] = process.argv.slice(2);
const memory = process.memoryUsage.rss();
const started = performance.now();
const store = await openLmdbStore(dir);
const milliseconds = performance.now() - started;
const mebibytes = (process.memoryUsage.rss() - memory) / 2 ** 20;
await store.close();
console.log(JSON.stringify({ milliseconds, mebibytes }));
