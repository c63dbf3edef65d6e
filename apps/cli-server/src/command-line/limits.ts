import type { Io } from '@countersign/terminal';
import type { Command } from 'commander';
import type { Perform } from './perform.ts';

export function addLimits(program: Command, io: Io, perform: Perform): void {
  program
    .command('limits [file]')
    .description(
      'print every limit on guessing as a file for start --limits; with a file, what it makes of them',
    )
    .action((file: string | undefined) =>
      perform(async (settings) => (await import('../commands/limits.ts')).showLimits(io, settings, file)),
    );
}
