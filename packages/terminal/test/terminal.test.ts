import { afterEach, expect, it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { Screen } from './tmux.ts';

const opened: Screen[] = [];
afterEach(() => {
  for (const screen of opened.splice(0)) screen.close();
});

function run(questions: readonly string[], how: { env?: string; redirect?: string } = {}): Screen {
  const screen = new Screen('asker.js', questions, how);
  opened.push(screen);
  return screen;
}

withCounterpart(['tmux', 'sh', 'coreutils'], 'in a real terminal', () => {
  it('a whole conversation shows everything but the secrets', async () => {
    const screen = run(['menu', 'name', 'secret', 'work:1200', 'secret', 'yes']);
    await screen.shows('3  Quit');
    expect(screen.showsCursor()).toBe(false);
    screen.press('2', 'Enter');
    await screen.shows('User name');
    screen.press('a', 'l', 'Enter');
    await screen.shows('At least 4 characters.');
    screen.press('i', 'c', 'e', 'Enter');
    await screen.shows('Password');
    screen.type('tigerlily');
    screen.press('Enter');
    await screen.shows('Stretching the password');
    screen.type('tiger lily');
    await screen.shows(/Password.*Password/s);
    screen.press('Enter');
    await screen.shows('Type yes to trust it');
    screen.press('y', 'e', 's', 'Enter');
    await screen.shows('exit 0 echo');
    expect(screen.text()).toContain('{"answers":["login","alice","tigerlily","tiger lily",true]}');
    expect(screen.text()).not.toContain('Stretching');
    const beforeTheAnswers = (await screen.raw()).split('{"answers"')[0];
    expect(beforeTheAnswers).toContain('alice');
    expect(beforeTheAnswers).not.toMatch(/tiger|lily/);
    expect(screen.showsCursor()).toBe(true);
  });

  it.each([
    ['a name', ['name']],
    ['a password', ['secret']],
    ['a menu', ['menu']],
    ['work between two questions', ['name', 'work:60000', 'secret']],
  ])('Ctrl-C at %s ends cleanly and restores the terminal', async (_where, questions) => {
    const screen = run(questions);
    await screen.shows(/User name|Password|Quit/);
    if (questions.includes('work:60000')) {
      screen.press('a', 'l', 'i', 'c', 'e', 'Enter');
      await screen.shows('Stretching');
    } else screen.type('zq');
    screen.press('C-c');
    await screen.shows('exit 130 echo');
    expect(screen.showsCursor()).toBe(true);
    expect(screen.text()).not.toMatch(/Stretching|Error|at file/);
    if (questions.includes('secret')) expect(await screen.raw()).not.toContain('zq');
  });

  it('Ctrl-D ends with the name of the question', async () => {
    const screen = run(['name']);
    await screen.shows('User name');
    screen.press('C-d');
    await screen.shows('exit 2 echo');
    expect(screen.text()).toContain('Error: Input ended while this was being asked for: User name.');
  });

  it('text that is typed before a question waits for it, invisible', async () => {
    const screen = run(['name', 'work:1000', 'secret', 'secret']);
    await screen.shows('User name');
    screen.type('alice\nfirst secret\nsecond secret\n');
    await screen.shows('exit 0 echo');
    expect(screen.text()).toContain('["alice","first secret","second secret"]');
    expect((await screen.raw()).split('{"answers"')[0]).not.toMatch(/first|second/);
  });

  it('Ctrl-C works as usual after the terminal is restored', async () => {
    const screen = run(['name', 'close', 'work:60000']);
    await screen.shows('User name');
    screen.press('a', 'l', 'i', 'c', 'e', 'Enter');
    await screen.shows('Stretching');
    screen.press('C-c');
    await screen.shows('exit 130 echo');
  });

  it('a crash at a question restores the terminal and prints one line', async () => {
    const screen = run(['crash later', 'secret']);
    await screen.shows('exit 1 echo');
    expect(screen.showsCursor()).toBe(true);
    expect(screen.text()).toMatch(/^Error: Unexpected error: Error: thrown where/m);
    expect(screen.text()).not.toContain('    at ');
  });

  it.each([
    ['a dumb terminal', { env: 'TERM=dumb' }, /^Password:$/m],
    ['a terminal whose stderr leads elsewhere', { redirect: '2>/dev/null' }, undefined],
  ])('%s shows no secret either', async (_what, how, prompt) => {
    const screen = run(['work:300', 'secret'], how);
    if (prompt) await screen.shows(prompt);
    else await expect.poll(() => screen.hidesTyping(), { timeout: 20_000, interval: 30 }).toBe(true);
    screen.type('tigerlily');
    screen.press('Enter');
    await screen.shows('exit 0 echo');
    expect(screen.text()).toContain('["tigerlily"]');
    expect((await screen.raw()).split('{"answers"')[0]).not.toContain('tiger');
  });

  it('NO_COLOR is obeyed, also by the prompt library', async () => {
    const colours = await Promise.all(
      ['NO_COLOR=1', 'env -u NO_COLOR'].map(async (env) => {
        const screen = run(['menu'], { env });
        await screen.shows('3  Quit');
        screen.press('Enter');
        await screen.shows('exit 0');
        return (await screen.raw()).includes('\u001b[3');
      }),
    );
    expect(colours).toEqual([false, true]);
  });

  it('a terminal that becomes narrower is redrawn', async () => {
    const screen = run(['menu']);
    await screen.shows('3  Quit');
    screen.resize(30);
    screen.press('Down', 'Enter');
    await screen.shows('exit 0 echo');
    expect(screen.text()).toContain('["login"]');
  });
});
