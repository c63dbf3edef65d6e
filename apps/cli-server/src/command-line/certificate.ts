import type { Io } from '@countersign/terminal';
import type { Command } from 'commander';
import type { RenewOptions } from '../commands/certificate.ts';
import { several, wholeNumber } from './arguments.ts';
import type { Perform } from './perform.ts';

export function addCertificate(program: Command, io: Io, perform: Perform): void {
  const certificate = program.command('cert').description("the server's own certificate");
  const load = () => import('../commands/certificate.ts');

  certificate
    .command('show')
    .description('its names, dates and pin')
    .action(() => perform(async (settings) => (await load()).showCertificate(io, settings)));
  certificate
    .command('renew')
    .description('a new one for the same key, so that the pin stays; running servers take it up')
    .option('--days <number>', 'how long it is valid (default: ten years)', wholeNumber(1, 36_500))
    .option('--name <host>', 'a name or address of the server, may be repeated (default: as before)', several)
    .action((options: RenewOptions) =>
      perform(async (settings) => (await load()).renewOwnCertificate(io, settings, options)),
    );
}
