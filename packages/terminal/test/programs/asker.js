/** Asks what its arguments say, one question each, and prints the answers as JSON on stdout. */
import { askWholeYes, openPrompts, printJson, runMain, withSpinner } from '@countersign/terminal';

await runMain(async (argv, io) => {
  const prompts = openPrompts(io);
  const answers = [];
  for (const question of argv) {
    if (question === 'name')
      answers.push(
        await prompts.text({
          message: 'User name',
          validate: (text) => (text.length < 4 ? 'At least 4 characters.' : undefined),
        }),
      );
    else if (question === 'secret')
      answers.push(
        await prompts.secret({
          message: 'Password',
          validate: (text) => (text.length < 8 ? 'At least 8 characters.' : undefined),
        }),
      );
    else if (question === 'yes') answers.push(await askWholeYes(io, prompts, 'Type yes to trust it'));
    else if (question === 'menu')
      answers.push(
        await prompts.choose({
          message: 'What do you want to do?',
          options: [
            { value: 'register', label: 'Register' },
            { value: 'login', label: 'Log in' },
            { value: 'quit', label: 'Quit', hint: 'or Ctrl-C' },
          ],
        }),
      );
    else if (question.startsWith('work:')) {
      const work = new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, Number(question.slice(5)));
        io.signal.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(io.signal.reason);
        });
      });
      await withSpinner(io, 'Stretching the password', () => work);
    } else if (question === 'close') prompts.close();
    else if (question === 'crash') throw new Error('crash was asked for');
    else if (question === 'crash later') setTimeout(() => assertNever(), 10);
    else if (question === 'linger') setInterval(() => undefined, 1000);
  }
  prompts.close();
  await printJson(io, { answers });
  return 0;
});

function assertNever() {
  throw new Error('thrown where nobody catches');
}
