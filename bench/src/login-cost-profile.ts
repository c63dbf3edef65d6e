/** Divides a profile of a server's JavaScript among the parts of a login. */
import type { Profiler } from 'node:inspector/promises';

/** A sample belongs to its innermost frame that matches one of these, from the top. */
const PARTS: readonly (readonly [part: string, frame: RegExp])[] = [
  ['SRP', /\/srp-core\/|internal\/crypto\//],
  ['messages', /\/wire-protocol\/|\/zod\//],
  ['limits', /\/auth-server\/(dist|src)\/limits\//],
  ['commits', /^(commit|#commit|sealRecord|changesOf|transaction\w*)$/],
  ['reads and records', /\/secure-store\/|\/lmdb\/|\/msgpackr|\/pg[\w-]*\/|\/@noble\/ciphers\//],
  ['session', /\/auth-server\//],
  ['TLS and sockets', /\/tls-channel\/|^node:(_tls|tls|net|internal\/(tls|stream|js_stream))/],
];

export const REST = 'Node itself, and what has no frame';

/** Returns the milliseconds of each part, without idle time. */
export function partsOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Map<string, number> {
  const parents = new Map<number, number>();
  const frames = new Map(nodes.map((node) => [node.id, node.callFrame]));
  for (const { id, children = [] } of nodes) for (const child of children) parents.set(child, id);
  const known = new Map<number, string>();
  const partOf = (id: number | undefined): string => {
    if (id === undefined) return REST;
    const part = known.get(id) ?? ownPart(frames.get(id)) ?? partOf(parents.get(id));
    known.set(id, part);
    return part;
  };
  const parts = new Map<string, number>();
  for (const [at, id] of samples.entries()) {
    if (frames.get(id)?.functionName === '(idle)') continue;
    const part = partOf(id);
    parts.set(part, (parts.get(part) ?? 0) + (timeDeltas[at] ?? 0) / 1000);
  }
  return parts;
}

function ownPart(frame: { functionName: string; url: string } | undefined): string | undefined {
  if (frame === undefined) return undefined;
  if (frame.functionName === '(garbage collector)') return 'garbage collection';
  const isOurs = /\/secure-store\//.test(frame.url);
  const found = PARTS.find(([part, pattern]) =>
    part === 'commits' ? isOurs && pattern.test(frame.functionName) : pattern.test(frame.url),
  );
  return found?.[0];
}
