/** Divides a profile of a server's JavaScript among the parts of a login. */
import type { Profiler } from 'node:inspector/promises';

export type Part =
  | 'SRP'
  | 'messages'
  | 'reads'
  | 'commits'
  | 'limits'
  | 'session'
  | 'garbage collection'
  | 'TLS, sockets, and Node itself';

/** In the store, commits are recognised by their functions, and everything else is a read. */
const COMMITS =
  /^(#?commit(Writes)?|seal(Row|Record)?|inserting|replacing|removing|packContent|startOf|nextVersion|to(Bytes|Json)|encodeValue|objectToJson|#?(write|transaction|apply|transact|attempt|fly)|stepsOf\w*|judge|duringCommit)$/;

interface Frame {
  readonly functionName: string;
  readonly url: string;
}

/** A sample belongs to its innermost frame that matches one of these. */
const PARTS: readonly (readonly [part: Part, matches: (frame: Frame) => boolean])[] = [
  ['garbage collection', ({ functionName }) => functionName === '(garbage collector)'],
  ['TLS, sockets, and Node itself', ({ url }) => url.includes('/tls-channel/')],
  ['SRP', ({ url }) => url.includes('/srp-core/')],
  ['messages', ({ url }) => url.includes('/wire-protocol/')],
  ['limits', ({ url }) => /\/auth-server\/\w+\/limits\//.test(url)],
  ['commits', ({ url, functionName }) => isStore(url) && COMMITS.test(functionName)],
  ['commits', ({ url }) => url.endsWith('/lmdb/write.js')],
  ['reads', ({ url }) => isStore(url) || /\/(lmdb|pg[\w-]*)\//.test(url)],
  ['session', ({ url }) => /\/(auth-server|totp-core)\//.test(url)],
];

/** Frames that work for their caller: sealing reads and writes alike, and so does zod for messages. */
function isStore(url: string): boolean {
  return url.includes('/secure-store/') && !/\/sealing\/(native|polyval)\./.test(url);
}

/** Returns the share of each part in the main thread's time, without idle time. */
export function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Map<Part, number> {
  const parents = new Map<number, number>();
  const frames = new Map(nodes.map((node) => [node.id, node.callFrame]));
  for (const { id, children = [] } of nodes) for (const child of children) parents.set(child, id);
  const known = new Map<number, Part>();
  const partOf = (id: number | undefined): Part => {
    const frame = id === undefined ? undefined : frames.get(id);
    if (id === undefined || frame === undefined) return 'TLS, sockets, and Node itself';
    const own = PARTS.find(([, matches]) => matches(frame))?.[0];
    const part = known.get(id) ?? own ?? partOf(parents.get(id));
    known.set(id, part);
    return part;
  };
  const times = new Map<Part, number>();
  let whole = 0;
  for (const [at, id] of samples.entries()) {
    if (frames.get(id)?.functionName === '(idle)') continue;
    const time = timeDeltas[at] ?? 0;
    const part = partOf(id);
    whole += time;
    times.set(part, (times.get(part) ?? 0) + time);
  }
  return new Map([...times].map(([part, time]) => [part, time / whole]));
}
