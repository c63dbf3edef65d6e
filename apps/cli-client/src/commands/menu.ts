import type { Context } from '../context.ts';
import { login } from './login.ts';
import { register } from './register.ts';

/** Runs without a command. */
export async function menu(context: Context): Promise<void> {
  const choice = await context.prompts.choose({
    message: 'What do you want to do?',
    options: [
      { value: 'register', label: 'Register' },
      { value: 'login', label: 'Log in' },
    ],
  });
  await (choice === 'register' ? register(context) : login(context));
}
