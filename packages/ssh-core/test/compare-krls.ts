import { decodeKrl, encodeKrl } from '../src/index.ts';
import { randomKrls } from './random-krls.ts';
import { shownKrl } from './shown.ts';
import { sshKeygen } from './ssh-keygen.ts';

/** Compares random revocation lists with what `ssh-keygen -Q -l` shows of them. */
export async function compareKrls(
  count: number,
  seed: number,
): Promise<{ ours: string[]; theirs: string[] }> {
  const lists = randomKrls(count, seed).map(encodeKrl);
  const theirs: string[] = [];
  for (const list of lists) theirs.push(await sshKeygen(['-Q', '-l'], list));
  return { ours: lists.map((list) => shownKrl(decodeKrl(list))), theirs };
}
