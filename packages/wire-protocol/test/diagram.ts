import { TRANSITIONS } from '../src/states.ts';

/** Prints the table of states as a Mermaid diagram. docs/protocol.md contains it. */
export function printDiagram(): string {
  const lines = ['stateDiagram-v2', '  direction TB', '  [*] --> start'];
  for (const [state, row] of Object.entries(TRANSITIONS)) {
    for (const [sender, messages] of Object.entries(row))
      for (const [type, next] of Object.entries(messages))
        lines.push(`  ${state} --> ${next}: ${sender === 'client' ? 'C' : 'S'} ${type}`);
  }
  lines.push('  closed --> [*]');
  return `${lines.join('\n')}\n`;
}
