/** The command line of `token`. What it needs is loaded when it runs. */
import { withJson } from '@countersign/terminal';
import { type Command, Option } from 'commander';
import { type Entry, USER, wholeNumber } from '../../command.ts';
import { misuse } from '../../context.ts';

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

export const token: Entry = {
  about: 'print a token with which a service recognises you',
  takes: (command) =>
    command
      .argument('<audience>', 'the address of the service, as the administrator has added it')
      .option(...USER)
      .option(
        '--minutes <n>',
        'how long the token is valid (default: as the service allows)',
        wholeNumber(1, MOST_MINUTES),
      )
      .option('--fresh', 'log in, even if a token is kept from before')
      .option('--no-cache', 'log in, and do not keep the token')
      .addOption(
        new Option('--format <format>', 'for a credential plugin of kubectl or a credential helper of git')
          .choices(FORMATS)
          .default('plain'),
      )
      // git adds a word, which the help leaves out.
      .allowExcessArguments(),
  async run(context, audience: string, options: TokenOptions, { args }: Command) {
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
  },
  examples: withJson('a token for a service', 'https://wiki.example.org'),
};
