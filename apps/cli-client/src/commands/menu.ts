import type { Context } from '../context.ts';
import { ASK } from '../ui/questions.ts';
import { login } from './login.ts';
import { register } from './register.ts';

export async function menu(context: Context): Promise<void> {
  const choice = await context.prompts.choose({
    message: ASK.menu,
    options: [
      { value: 'register', label: ASK.register },
      { value: 'login', label: ASK.login },
    ],
  });
  await (choice === 'register' ? register(context) : login(context));
}
