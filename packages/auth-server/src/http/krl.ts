/** `/ssh/krl`: the revoked SSH certificates. Its `ETag` depends on what is revoked, not on when it was computed. */
import { createHash } from 'node:crypto';
import { decodeKrl, encodeKrl } from '@countersign/ssh-core';
import type { SshCertificates } from '../credentials/ssh-certificates.ts';
import type { Route } from './route.ts';

const KEPT_MILLISECONDS = 5_000;

interface Computed {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

/** @param options `clock`: Unix milliseconds */
export function krlRoute(ssh: SshCertificates, { clock }: { readonly clock: () => number }): Route {
  let kept: { readonly at: number; readonly computed: Promise<Computed> } | undefined;
  const compute = async () => {
    const bytes = await ssh.krl();
    return { bytes, etag: etagOf(bytes) };
  };
  return async ({ headers }) => {
    const now = clock();
    if (!kept || Math.abs(now - kept.at) >= KEPT_MILLISECONDS) kept = { at: now, computed: compute() };
    const mine = kept;
    const { bytes, etag } = await mine.computed.catch((error: unknown) => {
      if (kept === mine) kept = undefined;
      throw error;
    });
    const common = { etag, 'cache-control': 'no-cache' };
    if (matches(headers['if-none-match'], etag)) return { status: 304, headers: common };
    return { status: 200, headers: { ...common, 'content-type': 'application/octet-stream' }, body: bytes };
  };
}

function etagOf(bytes: Uint8Array): string {
  const sections = encodeKrl({ ...decodeKrl(bytes), version: 0, generatedAt: 0 });
  return `"${createHash('sha256').update(sections).digest('base64url')}"`;
}

/** RFC 9110 §13.1.2, with the weak comparison. */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}
