/**
 * Checks that every page of LMDB's trees is in the data file. Needed only when the file is shorter than its
 * header says.
 *
 * A short file can be valid: pages at the end that were allocated and freed in one transaction are never
 * written. But when a page in use was cut off, LMDB crashes the process, so the library must not open the
 * file.
 *
 * Data format 2, as written on 64-bit hosts: A page begins with a header of 24 bytes, with flags at 18 and
 * twice the number of nodes at 20. The offsets of the nodes follow, counted from the end of the header, two
 * bytes each. A node consists of three two-byte numbers (low, high, flags), the size of the key (2), the key
 * and the data. In a branch, the three numbers are the page below. In a leaf, flag 1 means that the data is
 * the number of the first page of a run (8), a transaction (8) and the length of the run in pages (8).
 */
import { readSync } from 'node:fs';
import { endianness } from 'node:os';

const PAGE_HEADER = 24;
const NODE_HEADER = 8;
const BRANCH = 1;
const LEAF = 2;
const BIG_DATA = 1;
/** Whether this host is little-endian. LMDB writes numbers in host order. */
export const LITTLE_ENDIAN: boolean = endianness() === 'LE';

/** The part of a tree's description that locates its pages. */
export interface Tree {
  readonly root: bigint;
  readonly depth: number;
  readonly overflowPages: bigint;
}

/** The root of an empty tree. */
const EMPTY = 2n ** 64n - 1n;

/**
 * Returns whether the file contains every page that the trees reach.
 *
 * @param size of the file, in bytes
 */
export function everyPageIsThere(
  file: number,
  size: number,
  pageSize: number,
  trees: readonly Tree[],
): boolean {
  const isThere = (page: bigint, count = 1n) => (page + count) * BigInt(pageSize) <= BigInt(size);
  // A valid tree never has more pages than the file.
  let left = size / pageSize;
  const wholeBelow = (page: bigint, level: number, tree: Tree): boolean => {
    left -= 1;
    if (left < 0 || !isThere(page)) return false;
    if (level === tree.depth && tree.overflowPages === 0n) return true;
    const nodes = nodesOf(readPage(file, page, pageSize), level < tree.depth ? BRANCH : LEAF);
    if (level < tree.depth) return nodes?.every((node) => wholeBelow(pageIn(node), level + 1, tree)) ?? false;
    return nodes?.every((node) => !isBig(node) || isThere(...runIn(node))) ?? false;
  };
  return trees.every((tree) => tree.root === EMPTY || wholeBelow(tree.root, 1, tree));
}

function readPage(file: number, page: bigint, pageSize: number): DataView {
  const bytes = new Uint8Array(pageSize);
  readSync(file, bytes, 0, pageSize, Number(page) * pageSize);
  return new DataView(bytes.buffer);
}

/** Returns the nodes of a page, or `undefined` when it is not a page of this kind. */
function nodesOf(page: DataView, kind: number): DataView[] | undefined {
  const count = page.getUint16(20, LITTLE_ENDIAN) >> 1;
  if ((page.getUint16(18, LITTLE_ENDIAN) & (BRANCH | LEAF)) !== kind || count === 0) return undefined;
  const nodes: DataView[] = [];
  for (let i = 0; i < count && PAGE_HEADER + 2 * i + 2 <= page.byteLength; i += 1) {
    const at = PAGE_HEADER + page.getUint16(PAGE_HEADER + 2 * i, LITTLE_ENDIAN);
    if (at + NODE_HEADER > page.byteLength) return undefined;
    nodes.push(new DataView(page.buffer, at));
  }
  return nodes;
}

function pageIn(node: DataView): bigint {
  const [low, high, top] = [0, 2, 4].map((at) => BigInt(node.getUint16(at, LITTLE_ENDIAN)));
  return (low ?? 0n) | ((high ?? 0n) << 16n) | ((top ?? 0n) << 32n);
}

function isBig(node: DataView): boolean {
  return (node.getUint16(4, LITTLE_ENDIAN) & BIG_DATA) !== 0;
}

function runIn(node: DataView): [page: bigint, count: bigint] {
  const at = NODE_HEADER + node.getUint16(6, LITTLE_ENDIAN);
  if (at + 24 > node.byteLength) return [EMPTY, 1n];
  return [node.getBigUint64(at, LITTLE_ENDIAN), node.getBigUint64(at + 16, LITTLE_ENDIAN)];
}
