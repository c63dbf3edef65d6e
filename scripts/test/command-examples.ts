import type { Program } from '@countersign/terminal';
import type { Command } from 'commander';
import { expect } from 'vitest';

/** Expects two examples for each visible command that has no commands of its own, and that the command line accepts them. */
export function expectExamples(program: Program): void {
  const check = (command: Command, path: readonly string[]) => {
    const shown = program.createHelp().visibleCommands(command);
    for (const child of command.commands.filter((each) => shown.includes(each)))
      check(child, [...path, child.name()]);
    if (command.commands.length > 0) return;
    const own = Object.entries(program.examples[path.join(' ')] ?? {});
    expect([path.join(' '), own.length]).toEqual([path.join(' '), 2]);
    for (const [, words] of own) {
      const typed = [...words.replace(/ > .*/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(
        ([, quoted, plain]) => quoted ?? plain ?? '',
      );
      if (typed[0]?.startsWith('-')) continue;
      expect(typed.slice(0, path.length)).toEqual(path);
      const rest = program.parseOptions(typed.slice(path.length));
      const { operands, unknown } = command.parseOptions([...rest.operands, ...rest.unknown]);
      expect([words, unknown.filter((word) => word.startsWith('--'))]).toEqual([words, []]);
      expect(operands.length).toBeGreaterThanOrEqual(
        command.registeredArguments.filter(({ required }) => required).length,
      );
    }
  };
  check(program, []);
}
