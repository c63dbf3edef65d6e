/** Whether a file is a revocation list, and how old it is: `sshd` accepts an empty file, and one that nothing replaces. */
import { decodeKrl, SshError } from '@countersign/ssh-core';

/**
 * What `readKrl` found:
 *
 * - `empty`: a file without a byte, with which `sshd` revokes nothing
 * - `unusable`: not a revocation list of a Countersign server; `sshd` revokes nothing, or refuses every key
 * - `usable`, with the time at which it was computed, in Unix seconds
 */
export type KrlCondition =
  | { readonly condition: 'empty' }
  | { readonly condition: 'unusable'; readonly reason: string }
  | { readonly condition: 'usable'; readonly generatedAt: number };

/** Returns the condition of a revocation list in its binary form. */
export function readKrl(bytes: Uint8Array): KrlCondition {
  if (bytes.length === 0) return { condition: 'empty' };
  try {
    return { condition: 'usable', generatedAt: decodeKrl(bytes).generatedAt };
  } catch (error) {
    if (error instanceof SshError) return { condition: 'unusable', reason: error.message };
    throw error;
  }
}
