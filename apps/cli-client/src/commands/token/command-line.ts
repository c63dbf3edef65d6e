/** The command line of `token`. What it needs is loaded when it runs. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Doing, misuse } from '../../context.ts';

/** How the token is printed. */
export const FORMATS = ['plain', 'kubectl', 'git'] as const;

/** The options of `token`, as commander passes them. */
export interface TokenOptions {
  readonly user?: string;
  /** The longest time for which the token is valid. */
  readonly minutes?: number;
  /** Logs in even if a token is kept. */
  readonly fresh?: boolean;
  /** `false`: logs in, and does not keep the new token. */
  readonly cache: boolean;
  readonly format: (typeof FORMATS)[number];
}

/** As the protocol allows it. */
const AUDIENCE = /^[\x21-\x7e]{1,512}$/;
const MOST_MINUTES = 60;

export function addToken(program: Command, doing: Doing): void {
  program
    .command('token')
    .description('print a token with which a service recognises you')
    .argument('<audience>', 'the address of the service, as the administrator has added it')
    .option('--user <name>', 'user name; asked for if not given')
    .option('--minutes <n>', 'how long the token is valid (default: as the service allows)', parseMinutes)
    .option('--fresh', 'log in, even if a token is kept from before')
    .option('--no-cache', 'log in, and do not keep the token')
    .addOption(
      new Option('--format <format>', 'for a credential plugin of kubectl or a credential helper of git')
        .choices(FORMATS)
        .default('plain'),
    )
    // git adds a word, which the help leaves out.
    .allowExcessArguments()
    .action((audience: string, options: TokenOptions, { args }: Command) =>
      doing(async (context) => {
        const [, operation, ...more] = args;
        if (!AUDIENCE.test(audience))
          throw misuse('usage', 'An audience has 1 to 512 ASCII characters, without spaces.');
        if (more.length > 0 || (operation !== undefined) !== (options.format === 'git'))
          throw misuse(
            'usage',
            '--format git takes one word after the audience, which git adds: get, store or erase. Other formats take none.',
          );
        if (context.options.json && options.format !== 'plain')
          throw misuse('usage', '--json and --format cannot be used together. Leave out one of them.');
        const { token } = await import('./token.ts');
        await token(context, audience, { ...options, operation });
      }),
    );
}

function parseMinutes(text: string): number {
  const minutes = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (minutes < 1 || minutes > MOST_MINUTES)
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_MINUTES}.`);
  return minutes;
}
