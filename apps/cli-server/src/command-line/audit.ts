import type { Io } from '@countersign/terminal';
import type { Command } from 'commander';
import type { AuditFilter, AuditShowOptions, AuditVerifyOptions } from '../commands/audit.ts';
import { span, wholeNumber } from './arguments.ts';
import type { Perform } from './perform.ts';

export function addAudit(program: Command, io: Io, perform: Perform): void {
  const audit = program.command('audit').description('what happened');
  const load = () => import('../commands/audit.ts');
  const SINCE = ['--since <time>', 'only what happened within this time, as in 12h or 7d', span] as const;
  const USER = ['--user <name>', 'only what concerns this account'] as const;

  audit
    .command('show')
    .description('the last events')
    .option('--last <number>', 'how many at most', wholeNumber(1, 1_000_000), 50)
    .option(...SINCE)
    .option(...USER)
    .action((options: AuditShowOptions) =>
      perform(async (settings) => (await load()).showAudit(io, settings, options)),
    );
  audit
    .command('export')
    .description('every event as JSON, one a line')
    .option(...SINCE)
    .option(...USER)
    .action((options: AuditFilter) =>
      perform(async (settings) => (await load()).exportAudit(io, settings, options)),
    );
  audit
    .command('verify')
    .description('look for gaps, changed events, and what was cut off')
    .option(
      '--head <file>',
      'heads that were saved before: only they show a cut-off tail or an old disk put back',
    )
    .option('--save-head <file>', 'save the heads as they are now; keep the file on another machine')
    .action((options: AuditVerifyOptions) =>
      perform(async (settings) => (await load()).verifyAuditLog(io, settings, options)),
    );
}
