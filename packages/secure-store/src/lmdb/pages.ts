/**
 * Whether every page of LMDB's trees is in the data file: asked only when the file is shorter than its header says.
 *
 * That may be in order: pages at the end that were taken and given back in one transaction are never written. But when a page
 * that is needed was cut off, LMDB ends the process with a signal, so it must not be let near.
 *
 * Data format 2 as 64-bit hosts write it. A page begins with a header of 24 bytes: flags at 18, twice the number of nodes at
 * 20; then the offsets of the nodes, counted from behind the header, two bytes each. A node is three numbers of two bytes
 * (low, high, flags), the size of the key (2), the key, the data. In a branch the three numbers are the page below; in a leaf,
 * flag 1 says that the data is the number of a run of pages (8), a transaction (8) and how many pages they are (8).
 */
import { readSync } from 'node:fs';
import { endianness } from 'node:os';

const PAGE_HEADER = 24;
const NODE_HEADER = 8;
const BRANCH = 1;
const LEAF = 2;
const BIG_DATA = 1;
export const LITTLE_ENDIAN: boolean = endianness() === 'LE';

export interface Tree {
  readonly root: bigint;
  readonly depth: number;
  readonly overflowPages: bigint;
}

/** The root of a tree without pages. */
const EMPTY = 2n ** 64n - 1n;

export function everyPageIsThere(
  file: number,
  size: number,
  pageSize: number,
  trees: readonly Tree[],
): boolean {
  const isThere = (page: bigint, count = 1n) => (page + count) * BigInt(pageSize) <= BigInt(size);
  // Below a sound root there are never more pages than the file has.
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

/** Nothing when this page is no such page. */
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
