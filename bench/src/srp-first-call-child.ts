/** A fresh process that prints how long its first and second server half took. */
const beforeLoad = performance.now();
const { CURRENT_SUITE, checkClient, engineFor, startServer } = await import('@countersign/srp-core');
const load = performance.now() - beforeLoad;

const suite = CURRENT_SUITE;
const { bytes } = suite.group;
/** Any number in range works as verifier and as A: a wrong proof costs as much as a correct one. */
const verifier = new Uint8Array(bytes).fill(0x5a);
const A = new Uint8Array(bytes).fill(0x3c);
const context = {
  username: 'alice',
  suite,
  identity: 'alice',
  salt: new Uint8Array(16),
  stretch: { name: 'none' },
  binding: new Uint8Array(32),
} as const;

function serverHalf(): number {
  const started = performance.now();
  const check = checkClient(startServer({ suite, verifier }), { context, A, M1: new Uint8Array(32) });
  const taken = performance.now() - started;
  if (check.outcome !== 'wrong_proof') throw new Error(check.outcome);
  return taken;
}

const first = serverHalf();
const second = serverHalf();
const engine = engineFor(suite.group).name;
console.log(JSON.stringify({ node: process.version, engine, load, first, second }));
