/** The table of input lines in docs/programs.md, compared with the questions that the program asks. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OLD_PASSWORD } from './test-server.ts';
import { useServer } from './use-server.ts';

const world = useServer();
const { home } = world;

const docs = readFileSync(new URL('../../../docs/programs.md', import.meta.url), 'utf8');
const [table = ''] = docs.split('| `countersign` | lines |\n|---|---|\n')[1]?.split('\n\n') ?? [];
/** Each command of the table with its lines; what a line says in brackets is left out. */
const ROWS = table.split('\n').flatMap((row) => {
  const [, names = '', lines = ''] = row.split('|');
  const labels = lines.replaceAll(/\([^)]*\)/g, '').split(',');
  return [...names.matchAll(/`([^`]+)`/g)].map(
    ([, name = '']) => [name, labels.map((label) => label.trim().replaceAll('`', ''))] as const,
  );
});

/** What the program calls the question for a line. */
const QUESTIONS: Readonly<Record<string, string>> = {
  'user name': 'User name',
  invitation: 'Invitation',
  'reset code': 'Reset code',
  'yes to the pin': 'Is it the same pin?',
  password: 'Password',
  'password again': 'The same password again',
  'new password': 'New password',
  'new password again': 'The same password again',
  code: 'Code from your authenticator app',
  'another code': 'Next code from your authenticator app',
  'user name again': 'Type the user name',
  'first code': 'First code that the app shows',
  'first code of the new authenticator': 'First code that the app shows',
};

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKC+LR5TpKlykoRHAf7RM8HUeCDOc7hgcHoH/C2f1xMD';

/** Answers for every line, by an account and an invitation of their own. */
async function answers(command: string): Promise<Readonly<Record<string, string>>> {
  const { username, secret } = await world.addAccount();
  const isNew = command.startsWith('register');
  const password = isNew ? 'a new password' : OLD_PASSWORD;
  return {
    'user name': isNew ? `new-${username}` : username,
    invitation: await world.server.invite({ username: `new-${username}` }),
    'reset code': command.startsWith('password --reset') ? await world.server.resetPassword(username) : '',
    'yes to the pin': 'yes',
    password,
    'password again': password,
    'new password': 'a new password',
    'new password again': 'a new password',
    code: world.server.codeOf(secret),
    'another code': world.server.codeOf(secret, 30),
    'user name again': username,
  };
}

async function argvOf(command: string): Promise<string[]> {
  // With a key file, as no agent runs here. The questions are the same.
  if (command === 'ssh') return ['ssh', '--key', home.write('key.pub', KEY)];
  if (!command.endsWith(' FILE')) return command.split(' ');
  if (command.startsWith('password')) {
    const { username } = await world.addAccount();
    return ['password', '--reset', home.write('code', await world.server.resetPassword(username))];
  }
  const invitation = await world.server.invite({ username: 'invited' });
  return ['register', '--invite-file', home.write('invitation', invitation)];
}

describe('the lines that docs/programs.md lists', () => {
  it('are those of every command', () => {
    expect(ROWS.map(([name]) => name)).toEqual(
      expect.arrayContaining(['register', 'login', 'password', 'totp replace', 'account remove']),
    );
  });

  it.each(ROWS.filter(([, labels]) => QUESTIONS[labels[0] ?? ''] !== undefined))(
    '%s: %j are the questions, in their order',
    async (command, labels) => {
      for (const [index, label] of labels.entries()) {
        const given = await answers(command);
        const lines = labels.slice(0, index).map((before) => given[before] ?? '');
        const { exit, stderr } = await home.run(world.server.address, await argvOf(command), lines);
        expect({ exit, stderr }, label).toEqual({
          exit: 2,
          stderr: expect.stringContaining(`asked for: ${QUESTIONS[label]}`),
        });
      }
    },
  );

  it.each(ROWS.filter(([, labels]) => labels[0] === 'none'))('%s reads none', async (command) => {
    const argv = command === 'servers forget' ? [command, 'nowhere:1'] : [command];
    const { stderr } = await home.run(world.server.address, argv.join(' ').split(' '));
    expect(stderr).not.toContain('asked for');
  });

  it.each(ROWS.filter(([, labels]) => labels[0] === 'user name' && labels.includes('code')))(
    '%s: one more than %j is refused before the server learns anything',
    async (command, labels) => {
      const given = await answers(command);
      const lines = [...labels.map((label) => given[label] ?? '123456'), 'surplus'];
      // No server listens there.
      const { exit, stderr } = await home.run('127.0.0.1:1', await argvOf(command), lines);
      expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringContaining('one line too many') });
    },
  );

  it('are fewer by those that options answer', async () => {
    const argv = ['login', 'alice', '--code', '123456', '--password-file', home.write('password', 'x')];
    const surplus = await home.run('127.0.0.1:1', argv, ['not read']);
    expect(surplus).toMatchObject({ exit: 6, stderr: expect.stringContaining('127.0.0.1:1') });
    const [password, code, extra] = [OLD_PASSWORD, '123456', '654321'];
    const one = await home.run('127.0.0.1:1', ['login', 'alice', '--code', code], [password, extra]);
    expect(one).toMatchObject({ exit: 2, stderr: expect.stringContaining('one line too many') });
    const both = ['recovery-codes', '--code', code, '--code', extra];
    expect(await home.run('127.0.0.1:1', both, ['alice', password])).toMatchObject({ exit: 6 });
    expect(await home.run('127.0.0.1:1', both, ['alice', password, code])).toMatchObject({ exit: 2 });
  });
});
