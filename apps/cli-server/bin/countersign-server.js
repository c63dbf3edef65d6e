#!/usr/bin/env node
process.on('SIGUSR1', () => undefined); // or Node.js opens its debugger to every local user
const { nodeProblem } = await import('@countersign/terminal/node-version');
const problem = nodeProblem(process.version);
if (problem === undefined) await import('../dist/main.js');
else {
  process.stderr.write(`Error: ${problem}\n`);
  process.exitCode = 1;
}
