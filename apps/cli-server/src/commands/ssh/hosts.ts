/** `ssh setup`: a script for hosts. */
import { setupScript } from '@countersign/auth-server/credentials';
import { note, printJson } from '@countersign/terminal';
import { writeOut } from '../../binary-output.ts';
import type { Opened } from '../../open-store.ts';
import { serverCall } from '../../ui/messages.ts';
import { trustedAuthorities } from './authorities.ts';

export async function printSetup(
  opened: Opened,
  { krlUrl }: { readonly krlUrl?: string | undefined },
): Promise<void> {
  const { io, settings } = opened;
  const authorities = (await trustedAuthorities(opened)).map(({ publicKey }) => publicKey);
  const script = setupScript({
    authorities,
    krlUrl,
    writeKrl: serverCall(io, settings, 'ssh', 'krl', '--out', 'KRL'),
  });
  if (settings.json) return printJson(io, { event: 'ssh_setup', authorities, krlUrl, script });
  await writeOut(io, script);
  note(io, 'Read it, then run it as root on each host: sh FILE');
}
