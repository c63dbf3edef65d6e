import type { Io } from '@countersign/terminal';
import type { Command } from 'commander';
import type { Perform } from './perform.ts';

export function addDoctor(program: Command, io: Io, perform: Perform): void {
  program
    .command('doctor')
    .description('look at permissions, store, keys, certificate, clock and disk, and say what to do')
    .action(() => perform(async (settings) => (await import('../commands/doctor.ts')).examine(io, settings)));
}
